// malloc and its relatives, which glibc lets a program define for itself. They pass on to glibc's own, except on a
// thread that works on what can be rewound. Not only operator new is meant: the C++ runtime gets the memory of an
// exception, which may be kept over a pause, from malloc itself. valloc(), pvalloc() and malloc_usable_size() stay
// glibc's: nothing that is put back uses them.

#include "real/rewind/program_heap.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>

#include "real/rewind/run_heap.hpp"
#include "sim/runtime/assert.hpp"

extern "C" {
// glibc's own, under the names that it keeps for this.
void* __libc_malloc(std::size_t bytes);
void* __libc_calloc(std::size_t count, std::size_t bytes);
void* __libc_realloc(void* memory, std::size_t bytes);
void* __libc_memalign(std::size_t alignment, std::size_t bytes);
void __libc_free(void* memory);
}

namespace snapsim {
namespace {

struct Served {
  RunHeap* heap = nullptr;
  std::size_t bytes = 0;
  bool serves = false;

  bool owns(const void* memory) const {
    return reinterpret_cast<std::uintptr_t>(memory) - reinterpret_cast<std::uintptr_t>(heap) < bytes;
  }
};
constinit thread_local Served served;

void* or_error(void* memory) {
  if (!memory) errno = ENOMEM;
  return memory;
}

void* allocate(std::size_t bytes) {
  return served.serves ? or_error(served.heap->allocate(bytes)) : __libc_malloc(bytes);
}

void* allocate_aligned(std::size_t alignment, std::size_t bytes) {
  return served.serves ? or_error(served.heap->allocate_aligned(alignment, bytes)) : __libc_memalign(alignment, bytes);
}

void release(void* memory) {
  if (served.owns(memory)) {
    served.heap->release(memory);
  } else {
    __libc_free(memory);
  }
}

void* resize(void* memory, std::size_t bytes) {
  const bool is_owned = served.owns(memory);
  if (!memory) return allocate(bytes);
  if (!served.serves && !is_owned) return __libc_realloc(memory, bytes);
  SNAPSIM_ASSERT(is_owned, "what is put back resizes nothing that is not");
  const std::size_t had = RunHeap::usable_bytes(memory);
  if (bytes <= had && bytes > 0) return memory;
  void* const larger = allocate(bytes);
  if (!larger) return nullptr;
  std::memcpy(larger, memory, std::min(had, bytes));
  release(memory);
  return larger;
}

}  // namespace

void serve_from(RunHeap* heap, std::size_t bytes) {
  served = {heap, bytes, true};
}
void serve_from_glibc() {
  served.serves = false;
}
void forget_heap() {
  served = {};
}

}  // namespace snapsim

extern "C" {

void* malloc(std::size_t bytes) {
  return snapsim::allocate(bytes);
}
void free(void* memory) {
  snapsim::release(memory);
}
void* calloc(std::size_t count, std::size_t bytes) {
  if (!snapsim::served.serves) return __libc_calloc(count, bytes);
  std::size_t all = 0;
  if (__builtin_mul_overflow(count, bytes, &all)) return snapsim::or_error(nullptr);
  void* const memory = snapsim::allocate(all);
  return memory ? std::memset(memory, 0, all) : nullptr;
}
void* realloc(void* memory, std::size_t bytes) {
  return snapsim::resize(memory, bytes);
}
void* memalign(std::size_t alignment, std::size_t bytes) {
  return snapsim::allocate_aligned(alignment, bytes);
}
void* aligned_alloc(std::size_t alignment, std::size_t bytes) {
  return snapsim::allocate_aligned(alignment, bytes);
}
int posix_memalign(void** result, std::size_t alignment, std::size_t bytes) {
  if (alignment % sizeof(void*) != 0 || (alignment & (alignment - 1)) != 0 || alignment == 0) return EINVAL;
  void* const memory = snapsim::allocate_aligned(alignment, bytes);
  if (!memory) return ENOMEM;
  *result = memory;
  return 0;
}
}
