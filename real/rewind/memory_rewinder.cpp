#include "real/rewind/memory_rewinder.hpp"

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <sys/mman.h>
#include <system_error>
#include <ucontext.h>
#include <utility>

#include "real/rewind/make_rewinder.hpp"
#include "real/rewind/program_heap.hpp"
#include "sim/runtime/assert.hpp"
#include "sim/runtime/frame_pool.hpp"

namespace snapsim {
namespace {

constexpr std::size_t stack_bytes = std::size_t{8} << 20;
constexpr std::size_t page_bytes = 4096;

/// More than pause() needs of the stack below its frame.
constexpr std::size_t pause_bytes = 1024;

/// What the C++ runtime knows of exceptions that are under way is the thread's, and is not rewound.
void check_no_exception() {
  SNAPSIM_ASSERT(std::uncaught_exceptions() == 0 && !std::current_exception(), "no exception is being handled");
}

/// Not in the function that calls __builtin_setjmp for the same target.
[[noreturn, gnu::noinline]] void jump_to(void** target) {
  __builtin_longjmp(target, 1);
}

}  // namespace

MemoryRewinder::MemoryRewinder(std::size_t heap_bytes) : heap_bytes_(heap_bytes) {
  SNAPSIM_ASSERT(heap_bytes % page_bytes == 0, "the heap is made of pages");
  const std::size_t all = heap_bytes + page_bytes + stack_bytes;
  void* const region = mmap(nullptr, all, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (region == MAP_FAILED) throw std::system_error(errno, std::generic_category(), "memory that can be rewound");
  region_ = static_cast<std::byte*>(region);
  stack_ = region_ + heap_bytes + page_bytes;
  stack_end_ = region_ + all;
  // Who needs more stack than there is must not write into the heap.
  mprotect(region_ + heap_bytes, page_bytes, PROT_NONE);
}

MemoryRewinder::~MemoryRewinder() {
  forget_heap();
  munmap(region_, static_cast<std::size_t>(stack_end_ - region_));
}

void MemoryRewinder::run_body(unsigned high, unsigned low) {
  auto* const self = reinterpret_cast<MemoryRewinder*>(static_cast<std::uintptr_t>(high) << 32 | low);
  self->body_();
  // Who marks the function's start can have it again after its end.
  for (;;) self->pause();
}

void MemoryRewinder::begin(std::function<void()> body) {
  body_ = std::move(body);
  mark_count_ = 0;
  heap_ = RunHeap::make(region_, heap_bytes_);
  check_no_exception();
  enter();
  if (__builtin_setjmp(caller_.data()) == 0) start();
  leave();
}

/// From here it goes on in begin().
[[gnu::noinline]] void MemoryRewinder::start() {
  ucontext_t fresh{};
  SNAPSIM_ASSERT(getcontext(&fresh) == 0, "a context can always be read");
  fresh.uc_stack.ss_sp = stack_;
  fresh.uc_stack.ss_size = stack_bytes;
  fresh.uc_link = nullptr;
  const auto self = reinterpret_cast<std::uintptr_t>(this);
  makecontext(&fresh, reinterpret_cast<void (*)()>(run_body), 2, static_cast<unsigned>(self >> 32),
              static_cast<unsigned>(self));
  setcontext(&fresh);
}

void MemoryRewinder::enter() {
  set_frame_pool(false);
  serve_from(heap_, heap_bytes_);
}

void MemoryRewinder::leave() {
  serve_from_glibc();
  set_frame_pool(true);
}

void MemoryRewinder::go_on() {
  check_no_exception();
  enter();
  if (__builtin_setjmp(caller_.data()) == 0) jump_to(paused_.data());
  leave();
}

[[gnu::noinline]] void MemoryRewinder::pause() {
  check_no_exception();
  stack_top_ = static_cast<std::byte*>(__builtin_frame_address(0)) - pause_bytes;
  if (__builtin_setjmp(paused_.data()) == 0) jump_to(caller_.data());
}

void MemoryRewinder::push_mark() {
  if (mark_count_ == marks_.size()) marks_.push_back(std::make_unique<Mark>());
  Mark& mark = *marks_[mark_count_++];
  mark.paused = paused_;
  mark.heap.assign(region_, region_ + heap_->used());
  mark.stack.assign(stack_top_, stack_end_);
}

void MemoryRewinder::rewind() {
  SNAPSIM_ASSERT(mark_count_ > 0, "there is a mark to go back to");
  const Mark& mark = *marks_[mark_count_ - 1];
  paused_ = mark.paused;
  std::memcpy(region_, mark.heap.data(), mark.heap.size());
  std::memcpy(stack_end_ - mark.stack.size(), mark.stack.data(), mark.stack.size());
}

void MemoryRewinder::pop_mark() {
  SNAPSIM_ASSERT(mark_count_ > 0, "there is a mark to drop");
  --mark_count_;
}

std::unique_ptr<Rewinder> make_rewinder(std::size_t heap_bytes) {
  try {
    return std::make_unique<MemoryRewinder>(heap_bytes);
  } catch (const std::system_error&) {
    return nullptr;
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

}  // namespace snapsim
