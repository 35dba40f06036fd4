#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "real/rewind/run_heap.hpp"
#include "sim/explore/rewinder.hpp"

namespace snapsim {

/// Rewinds by copying: the function has a heap and a stack of its own, at addresses that stay, and a mark is a copy of
/// what is used of both. A few microseconds for some ten KiB. Of the thread that made it.
///
/// Where the function needs more memory than the region has room for, its malloc fails.
class MemoryRewinder final : public Rewinder {
 public:
  /// Throws std::system_error when the system has no room for a region with so many bytes of heap in it (of addresses:
  /// pages are taken when they are used).
  explicit MemoryRewinder(std::size_t heap_bytes);
  ~MemoryRewinder() override;
  MemoryRewinder(const MemoryRewinder&) = delete;
  MemoryRewinder& operator=(const MemoryRewinder&) = delete;

  void begin(std::function<void()> body) override;
  void go_on() override;
  void pause() override;
  void push_mark() override;
  void rewind() override;
  void pop_mark() override;
  void enter() override;
  void leave() override;

 private:
  /// Where to go on: what __builtin_setjmp keeps. swapcontext() would ask the kernel for the signal mask each time.
  using JumpTarget = std::array<void*, 5>;
  struct Mark {
    JumpTarget paused;
    std::vector<std::byte> heap;
    std::vector<std::byte> stack;
  };

  void start();
  static void run_body(unsigned high, unsigned low);

  std::size_t heap_bytes_;
  std::byte* region_;  // the heap, a page that nobody may touch, the stack
  std::byte* stack_;
  std::byte* stack_end_;
  RunHeap* heap_ = nullptr;
  std::function<void()> body_;
  JumpTarget paused_{};  // the function, once it has begun
  JumpTarget caller_{};
  std::byte* stack_top_ = nullptr;  // the lowest byte that the function uses while it pauses
  std::vector<std::unique_ptr<Mark>> marks_;
  std::size_t mark_count_ = 0;  // those after them are kept for their memory
};

}  // namespace snapsim
