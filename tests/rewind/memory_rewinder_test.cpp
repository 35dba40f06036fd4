// In the program that is not instrumented alone: the sanitizers have a malloc of their own.

#include "real/rewind/memory_rewinder.hpp"

#include <cstdint>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <string>
#include <utility>

#include <catch2/catch.hpp>

#include "sim/runtime/frame_pool.hpp"

namespace snapsim {
namespace {

constexpr std::size_t heap_bytes = 1 << 20;

/// Outside of what is rewound.
struct Seen {
  const int* counter = nullptr;
  const std::string* text = nullptr;
  std::string message;
  bool has_ended = false;
};

}  // namespace

TEST_CASE("a function goes on from its mark as often as one likes", "[rewind][exhaustive]") {
  MemoryRewinder rewinder(heap_bytes);
  Seen seen;
  rewinder.begin([&] {
    int counter = 0;
    std::string text;
    seen.counter = &counter;
    seen.text = &text;
    for (int i = 0; i < 4; ++i) {
      ++counter;
      text += "a text that is too long for the object itself ";
      rewinder.pause();
    }
    seen.has_ended = true;
  });
  const std::string once = *seen.text;
  rewinder.push_mark();
  for (int round = 0; round < 3; ++round) {
    CHECK(*seen.counter == 1);
    CHECK(*seen.text == once);
    rewinder.go_on();
    CHECK(*seen.counter == 2);
    rewinder.push_mark();
    rewinder.go_on();
    CHECK(*seen.text == once + once + once);
    rewinder.rewind();
    CHECK(*seen.text == once + once);
    rewinder.pop_mark();
    CHECK_FALSE(seen.has_ended);
    rewinder.go_on();
    rewinder.go_on();
    rewinder.go_on();
    CHECK(seen.has_ended);
    seen.has_ended = false;
    rewinder.rewind();
  }
}

TEST_CASE("an exception that is kept over a pause is rewound with the rest", "[rewind][exhaustive]") {
  MemoryRewinder rewinder(heap_bytes);
  Seen seen;
  rewinder.begin([&] {
    std::exception_ptr kept;
    try {
      throw std::runtime_error("what was said then, at more length than fits into the object");
    } catch (...) {
      kept = std::current_exception();
    }
    rewinder.pause();
    try {
      std::rethrow_exception(std::exchange(kept, nullptr));
    } catch (const std::runtime_error& error) {
      const std::string message = error.what();
      rewinder.leave();
      seen.message = message;
      rewinder.enter();
    }
  });
  rewinder.push_mark();
  for (int round = 0; round < 3; ++round) {
    seen.message.clear();
    rewinder.go_on();
    CHECK(seen.message == "what was said then, at more length than fits into the object");
    rewinder.rewind();
  }
}

TEST_CASE("frames of coroutines are the rewinder's while its function runs, and the pool's before and after",
          "[rewind][exhaustive]") {
  MemoryRewinder rewinder(heap_bytes);
  void* const pooled = allocate_frame(100);
  free_frame(pooled, 100);
  void* inside = nullptr;
  rewinder.begin([&] { inside = allocate_frame(100); });
  CHECK(inside != pooled);
  CHECK(allocate_frame(100) == pooled);
  free_frame(pooled, 100);
  // Begun again, it gets the same memory.
  void* again = nullptr;
  rewinder.begin([&] { again = allocate_frame(100); });
  CHECK(again == inside);
}

TEST_CASE("malloc and its relatives serve from the memory that is rewound", "[rewind][exhaustive]") {
  MemoryRewinder rewinder(heap_bytes);
  bool is_zero = true;
  bool is_kept = true;
  bool is_refused = false;
  rewinder.begin([&] {
    char* block = static_cast<char*>(std::malloc(10));
    block[9] = 'x';
    block = static_cast<char*>(std::realloc(block, 100'000));
    is_kept = block[9] == 'x';
    std::free(block);
    // The same memory again.
    auto* const zeros = static_cast<char*>(std::calloc(100, 1'000));
    for (int i = 0; i < 100'000; ++i) is_zero = is_zero && zeros[i] == 0;
    volatile std::size_t huge = SIZE_MAX / 2;
    is_refused = std::malloc(huge) == nullptr && std::calloc(huge, 4) == nullptr;
  });
  CHECK(is_zero);
  CHECK(is_kept);
  CHECK(is_refused);
}

}  // namespace snapsim
