#include "real/rewind/run_heap.hpp"

#include <bit>
#include <cstdint>
#include <new>

namespace snapsim {
namespace {

constexpr std::size_t rounded_up(std::size_t bytes, std::size_t step) {
  return (bytes + step - 1) / step * step;
}

}  // namespace

RunHeap* RunHeap::make(void* region, std::size_t bytes) {
  auto* const begin = static_cast<std::byte*>(region);
  return ::new (region) RunHeap(begin + rounded_up(sizeof(RunHeap), alignof(Head)), begin + bytes);
}

void* RunHeap::cut(std::size_t size_class, std::size_t bytes) {
  if (static_cast<std::size_t>(end_ - next_) < bytes + sizeof(Head)) return nullptr;
  Head* const head = ::new (next_) Head{size_class, bytes};
  next_ += sizeof(Head) + bytes;
  return head + 1;
}

void* RunHeap::allocate(std::size_t bytes) {
  if (bytes > bytes_max) return nullptr;
  if (bytes == 0) bytes = 1;
  const bool is_small = bytes <= small_bytes;
  const std::size_t size_class =
      is_small ? (bytes - 1) / step_bytes : small_classes + static_cast<std::size_t>(std::bit_width(bytes - 1));
  FreeBlock*& first = free_[size_class];
  if (!first) return cut(size_class, is_small ? (size_class + 1) * step_bytes : std::bit_ceil(bytes));
  FreeBlock* const block = first;
  first = block->next;
  return block;
}

void* RunHeap::allocate_aligned(std::size_t alignment, std::size_t bytes) {
  if (alignment <= alignof(Head)) return allocate(bytes);
  if (bytes > bytes_max || alignment > bytes_max) return nullptr;
  // Room for a head right before the aligned address.
  const auto after_head = reinterpret_cast<std::uintptr_t>(next_) + sizeof(Head);
  const std::size_t skipped = rounded_up(after_head, alignment) - after_head;
  if (static_cast<std::size_t>(end_ - next_) < skipped) return nullptr;
  next_ += skipped;
  return cut(never_again, rounded_up(bytes, alignof(Head)));
}

void RunHeap::release(void* memory) {
  const std::size_t size_class = head_of(memory).size_class;
  if (size_class == never_again) return;
  free_[size_class] = ::new (memory) FreeBlock{free_[size_class]};
}

std::size_t RunHeap::usable_bytes(const void* memory) {
  return static_cast<const Head*>(memory)[-1].bytes;
}

}  // namespace snapsim
