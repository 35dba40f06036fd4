#include "sim/runtime/frame_pool.hpp"

#include <array>
#include <new>
#include <utility>

namespace snapsim {

// Of a frame that is used again the sanitizer cannot tell that it was freed.
#if defined(SNAPSIM_SANITIZED) || defined(__SANITIZE_ADDRESS__)

void* allocate_frame(std::size_t size) {
  return ::operator new(size);
}
void free_frame(void* frame, std::size_t) noexcept {
  ::operator delete(frame);
}
void set_frame_pool(bool) {}

#else

namespace {

constexpr std::size_t step_bytes = 64;
constexpr std::size_t class_count = 32;  // frames of up to 2 KiB; larger ones are rare

struct FreeFrame {
  FreeFrame* next;
};

struct FreeLists {
  std::array<FreeFrame*, class_count> heads{};
  ~FreeLists() {
    for (FreeFrame* frame : heads) {
      while (frame) ::operator delete(std::exchange(frame, frame->next));
    }
  }
};
thread_local FreeLists free_lists;
constinit thread_local bool is_pool_used = true;

std::size_t class_of(std::size_t size) {
  return (size - 1) / step_bytes;
}

}  // namespace

void* allocate_frame(std::size_t size) {
  const std::size_t size_class = class_of(size);
  if (size_class >= class_count || !is_pool_used) return ::operator new(size);
  FreeFrame*& head = free_lists.heads[size_class];
  if (!head) return ::operator new((size_class + 1) * step_bytes);
  return std::exchange(head, head->next);
}

void free_frame(void* frame, std::size_t size) noexcept {
  const std::size_t size_class = class_of(size);
  if (size_class >= class_count || !is_pool_used) return ::operator delete(frame);
  FreeFrame*& head = free_lists.heads[size_class];
  head = ::new (frame) FreeFrame{head};
}

void set_frame_pool(bool is_used) {
  is_pool_used = is_used;
}

#endif

}  // namespace snapsim
