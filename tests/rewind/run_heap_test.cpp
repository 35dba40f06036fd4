#include "real/rewind/run_heap.hpp"

#include <cstdint>
#include <cstring>
#include <map>
#include <vector>

#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

namespace snapsim {
namespace {

/// A heap in a region of its own.
struct SmallHeap {
  explicit SmallHeap(std::size_t bytes) : region(bytes / sizeof(std::max_align_t)) {
    heap = RunHeap::make(region.data(), bytes);
  }
  std::vector<std::max_align_t> region;
  RunHeap* heap = nullptr;
};

bool is_aligned(const void* memory, std::size_t alignment) {
  return reinterpret_cast<std::uintptr_t>(memory) % alignment == 0;
}

}  // namespace

TEST_CASE("blocks of a run's heap are aligned and do not meet", "[rewind]") {
  rc::prop("whatever is allocated and released in between", [](const std::vector<std::uint16_t>& sizes) {
    SmallHeap small(std::size_t{1} << 24);
    std::map<std::uintptr_t, std::size_t> living;
    for (const std::uint16_t size : sizes) {
      const std::size_t bytes = size % 3 == 0 ? size : size % 200;
      void* const block = small.heap->allocate(bytes);
      const bool is_there = block != nullptr;
      RC_ASSERT(is_there);
      RC_ASSERT(is_aligned(block, alignof(std::max_align_t)));
      RC_ASSERT(RunHeap::usable_bytes(block) >= bytes);
      std::memset(block, 0xa5, RunHeap::usable_bytes(block));
      const auto begin = reinterpret_cast<std::uintptr_t>(block);
      const auto next = living.lower_bound(begin);
      if (next != living.end()) RC_ASSERT(begin + RunHeap::usable_bytes(block) <= next->first);
      if (next != living.begin()) RC_ASSERT(std::prev(next)->first + std::prev(next)->second <= begin);
      living.emplace(begin, RunHeap::usable_bytes(block));
      if (size % 2 == 0) {
        const auto oldest = living.begin();
        small.heap->release(reinterpret_cast<void*>(oldest->first));
        living.erase(oldest);
      }
    }
  });
}

TEST_CASE("what was released in a run's heap is used again", "[rewind]") {
  SmallHeap small(1 << 16);
  const std::vector<std::size_t> sizes{1, 16, 17, 1024, 1025, 5000};
  for (const std::size_t bytes : sizes) {
    void* const first = small.heap->allocate(bytes);
    const std::size_t used = small.heap->used();
    small.heap->release(first);
    CHECK(small.heap->allocate(bytes) == first);
    CHECK(small.heap->used() == used);
  }
}

TEST_CASE("a run's heap that is full says so, and goes on with what is released", "[rewind]") {
  SmallHeap small(8192);
  std::vector<void*> blocks;
  while (void* const block = small.heap->allocate(100)) blocks.push_back(block);
  CHECK(blocks.size() > 30);
  CHECK(small.heap->used() <= 8192);
  for (const std::size_t huge : {SIZE_MAX, SIZE_MAX - 10, SIZE_MAX / 2 + 2}) {
    CHECK(small.heap->allocate(huge) == nullptr);
    CHECK(small.heap->allocate_aligned(64, huge) == nullptr);
    CHECK(small.heap->allocate_aligned(SIZE_MAX / 2 + 1, 1) == nullptr);
  }
  CHECK(small.heap->allocate_aligned(64, 4096) == nullptr);
  small.heap->release(blocks.front());
  CHECK(small.heap->allocate(100) == blocks.front());
}

TEST_CASE("a run's heap that is full still has what was released, however large", "[rewind]") {
  SmallHeap small(8192);
  void* const large = small.heap->allocate(4000);
  while (small.heap->allocate(16)) {
  }
  CHECK(small.heap->allocate(4000) == nullptr);
  small.heap->release(large);
  CHECK(small.heap->allocate(4000) == large);
}

TEST_CASE("a run's heap aligns as it is asked to", "[rewind]") {
  SmallHeap small(1 << 16);
  for (const std::size_t alignment : {8U, 16U, 32U, 64U, 4096U}) {
    void* const block = small.heap->allocate_aligned(alignment, 10);
    REQUIRE(block != nullptr);
    CHECK(is_aligned(block, alignment));
    std::memset(block, 1, 10);
    small.heap->release(block);
  }
}

}  // namespace snapsim
