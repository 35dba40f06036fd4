#pragma once

#include <array>
#include <cstddef>

namespace snapsim {

/// A heap all of which, its own books too, lies in one piece of memory from the start of that on: who copies used()
/// bytes of it away and back has it as it was. It never gives memory back.
class RunHeap {
 public:
  /// Makes an empty heap in `region`, of so many bytes; the region must be aligned to max_align_t.
  static RunHeap* make(void* region, std::size_t bytes);

  /// Aligned to max_align_t. nullptr when there is no room left.
  void* allocate(std::size_t bytes);
  /// The same with a greater alignment, a power of two. It is not used again when it is released.
  void* allocate_aligned(std::size_t alignment, std::size_t bytes);
  void release(void* memory);
  /// Bytes that can be used at `memory`, at least as many as were asked for.
  static std::size_t usable_bytes(const void* memory);

  std::size_t used() const { return static_cast<std::size_t>(next_ - reinterpret_cast<const std::byte*>(this)); }

 private:
  struct FreeBlock {
    FreeBlock* next;
  };
  /// Stands before each block.
  struct alignas(std::max_align_t) Head {
    std::size_t size_class;
    std::size_t bytes;  ///< that can be used
  };

  // By 16 bytes up to 1 KiB, by powers of two from there on; the last is for what is never used again.
  static constexpr std::size_t step_bytes = 16;
  static constexpr std::size_t small_bytes = 1024;
  static constexpr std::size_t small_classes = small_bytes / step_bytes;
  static constexpr std::size_t class_count = small_classes + 64;
  static constexpr std::size_t never_again = class_count;
  static constexpr std::size_t bytes_max = std::size_t{1} << 48;  // more than anybody has, and safe to reckon with

  RunHeap(std::byte* begin, std::byte* end) : next_(begin), end_(end) {}

  static Head& head_of(void* memory) { return static_cast<Head*>(memory)[-1]; }
  void* cut(std::size_t size_class, std::size_t bytes);

  std::byte* next_;
  std::byte* end_;
  std::array<FreeBlock*, class_count> free_{};
};

}  // namespace snapsim
