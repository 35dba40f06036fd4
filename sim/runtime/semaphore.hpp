#pragma once

#include <coroutine>
#include <utility>

#include "sim/runtime/wait_list.hpp"

namespace snapsim {

/// A counting semaphore within one process (eventlet.semaphore.Semaphore). First come, first served. It must outlive
/// the frames that wait for it or hold it.
class Semaphore {
 public:
  /// Held once; gives back on destruction, which only its own process can see.
  class [[nodiscard]] Permit {
   public:
    Permit() = default;
    explicit Permit(Semaphore& semaphore) : semaphore_(&semaphore) {}
    Permit(Permit&& other) noexcept : semaphore_(std::exchange(other.semaphore_, nullptr)) {}
    Permit& operator=(Permit&& other) noexcept {
      std::swap(semaphore_, other.semaphore_);
      return *this;
    }
    ~Permit() {
      if (semaphore_) semaphore_->release();
    }

   private:
    Semaphore* semaphore_ = nullptr;
  };

  /// `permits` may be held at a time; 0 means without limit, as Nova's options have it.
  Semaphore(Runtime& runtime, int permits) : runtime_(runtime), unlimited_(permits == 0), free_(permits) {}

  /// Waits for a permit.
  auto acquire() { return AcquireAwaiter(*this); }

 private:
  class AcquireAwaiter {
   public:
    explicit AcquireAwaiter(Semaphore& semaphore) : semaphore_(semaphore) {}
    AcquireAwaiter(const AcquireAwaiter&) = delete;
    AcquireAwaiter& operator=(const AcquireAwaiter&) = delete;
    /// A frame may be destroyed after it was given the permit and before it could run.
    ~AcquireAwaiter() {
      if (node_.was_woken() && !resumed_) semaphore_.release();
    }

    bool await_ready() const noexcept { return semaphore_.take_now(); }
    void await_suspend(std::coroutine_handle<> frame) {
      node_.waiter.suspend(frame);
      semaphore_.waiting_.join(node_);
    }
    Permit await_resume() noexcept {
      resumed_ = true;
      return Permit(semaphore_);
    }

   private:
    Semaphore& semaphore_;
    WaitList::Node node_;
    bool resumed_ = false;
  };

  bool take_now() {
    if (unlimited_) return true;
    if (free_ == 0) return false;
    --free_;
    return true;
  }
  /// The permit goes straight to the one that has waited longest, so that nobody can overtake.
  void release() {
    if (unlimited_) return;
    if (!waiting_.wake_first(runtime_)) ++free_;
  }

  Runtime& runtime_;
  bool unlimited_;
  int free_;
  WaitList waiting_;
};

}  // namespace snapsim
