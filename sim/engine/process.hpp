#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sim/runtime/runtime.hpp"

namespace snapsim {

class Engine;

/// A process on a host, as the engine runs it: the Runtime of the flow code within. When it dies, the frames of all its
/// threads are destroyed where they wait; nothing of the flow's clean-up code runs, as with SIGKILL.
class Process final : public Runtime {
 public:
  Process(Engine& engine, std::string_view name) : engine_(engine), name_(name) {}
  ~Process() override;
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  Instant now() const override;
  void spawn(std::string_view name, Task<void> work) override;

  std::string_view name() const { return name_; }
  bool is_alive() const { return alive_; }
  /// Dies. To be called between steps of the engine, or by a thread of another process.
  void kill();
  /// Alive again, with no threads: whoever restarts it spawns what a fresh process runs.
  void restart();
  /// Threads that have not ended.
  std::size_t thread_count() const { return thread_count_; }

 private:
  friend class Engine;
  struct Thread;

  std::uint32_t schedule(Waiter& waiter, Duration duration, TimerKind kind) override;
  void unschedule(std::uint32_t ticket) override;
  /// Runs the frame that `waiter` has woken, until it waits again.
  void run(Executor& executor, Waiter& waiter);
  static Task<void> thread_main(Thread* thread, Task<void> work);
  void remove(Thread* thread);

  Engine& engine_;
  std::string_view name_;
  bool alive_ = true;
  Thread* threads_ = nullptr;  // a list, the newest first
  Thread* ended_ = nullptr;    // the one that has just ended
  std::size_t thread_count_ = 0;
};

}  // namespace snapsim
