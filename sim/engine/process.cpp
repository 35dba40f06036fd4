#include "sim/engine/process.hpp"

#include <exception>
#include <utility>

#include "sim/engine/engine.hpp"

namespace snapsim {

/// A thread of the process: the coroutine that it runs, and its place in the list.
struct Process::Thread {
  Process& process;
  std::string_view name;
  Task<void> main;
  Waiter begin;
  std::exception_ptr failure;
  Thread* previous = nullptr;
  Thread* next = nullptr;

  static void* operator new(std::size_t size) { return allocate_frame(size); }
  static void operator delete(void* memory, std::size_t size) { free_frame(memory, size); }
};

Process::~Process() {
  kill();
}

Instant Process::now() const {
  return engine_.now();
}

void Process::spawn(std::string_view name, Task<void> work) {
  SNAPSIM_ASSERT(alive_, "a dead process starts nothing");
  auto* const thread = new Thread{*this, name, {}, {}, {}, nullptr, threads_};
  if (threads_) threads_->previous = thread;
  threads_ = thread;
  ++thread_count_;
  thread->main = thread_main(thread, std::move(work));
  thread->begin.suspend(thread->main.start(engine_.executor_));
  wake_after(thread->begin, Duration::zero());
}

Task<void> Process::thread_main(Thread* thread, Task<void> work) {
  try {
    co_await std::move(work);
  } catch (...) {
    thread->failure = std::current_exception();
  }
  thread->process.ended_ = thread;
}

void Process::run(Executor& executor, Waiter& waiter) {
  woken(waiter);
  executor.run(waiter.frame());
  if (!ended_) return;
  Thread* const thread = std::exchange(ended_, nullptr);
  const std::exception_ptr failure = thread->failure;
  remove(thread);
  if (failure) std::rethrow_exception(failure);
}

void Process::remove(Thread* thread) {
  (thread->previous ? thread->previous->next : threads_) = thread->next;
  if (thread->next) thread->next->previous = thread->previous;
  --thread_count_;
  delete thread;
}

void Process::kill() {
  alive_ = false;
  while (threads_) remove(threads_);
  ended_ = nullptr;
}

void Process::restart() {
  SNAPSIM_ASSERT(!alive_, "only a dead process is restarted");
  alive_ = true;
}

std::uint32_t Process::schedule(Waiter& waiter, Duration duration, TimerKind kind) {
  return engine_.schedule(*this, waiter, duration, kind);
}

void Process::unschedule(std::uint32_t ticket) {
  engine_.unschedule(ticket);
}

}  // namespace snapsim
