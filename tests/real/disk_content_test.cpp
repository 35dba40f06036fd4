#include "real/disk_content.hpp"

#include <cstring>
#include <map>
#include <set>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/real/test_support.hpp"

using namespace snapsim;
using namespace snapsim::test;

namespace {

DiskSpec small_disk(std::int64_t blocks) {
  DiskSpec spec = disk_spec("vm-1", DiskFormat::raw, 1, 0);
  spec.used_bytes = blocks * DiskContent::block_bytes;
  return spec;
}

std::set<std::int64_t> blocks_in(const DiskContent::Touched& touched) {
  std::set<std::int64_t> blocks;
  for (const auto& range : touched.ranges) {
    for (std::int64_t block = range.begin; block < range.end; ++block) blocks.insert(block);
  }
  return blocks;
}

}  // namespace

TEST_CASE("a write changes its block and no other", "[real]") {
  const DiskSpec spec = small_disk(5);
  auto before = expected_view(spec, at_generation(0));
  for (std::uint64_t write = 0; write < 23; ++write) {
    const auto after = expected_view(spec, at_generation(write + 1));
    const auto block = static_cast<std::size_t>(write % 5);
    for (std::size_t other = 0; other < 16; ++other) {
      const std::size_t offset = other * DiskContent::block_bytes;
      const bool same = std::memcmp(&before[offset], &after[offset], DiskContent::block_bytes) == 0;
      REQUIRE(same == (other != block));
    }
    before = after;
  }
}

TEST_CASE("disks of different names, and the blocks of one disk, hold different bytes", "[real]") {
  DiskSpec other = small_disk(5);
  other.name = "vm-2";
  const auto first = expected_view(small_disk(5), at_generation(0));
  CHECK(first != expected_view(other, at_generation(0)));
  CHECK(first == expected_view(small_disk(5), at_generation(0)));
  CHECK(std::memcmp(&first[0], &first[DiskContent::block_bytes], DiskContent::block_bytes) != 0);
}

TEST_CASE("a disk that is not filled to a whole block ends in zeros", "[real]") {
  DiskSpec spec = small_disk(1);
  spec.used_bytes = 1000;
  const auto bytes = expected_view(spec, at_generation(0));
  CHECK(bytes[999 - 8] != bytes[999 - 16]);
  CHECK(std::all_of(bytes.begin() + 1000, bytes.end(), [](std::byte b) { return b == std::byte{0}; }));
}

TEST_CASE("the blocks that a span of writes touches are those of its writes", "[real]") {
  const DiskContent content(small_disk(5));
  const BlockRange parts[] = {{0, 5}, {0, 3}, {3, 5}};
  for (std::uint64_t from = 0; from < 12; ++from) {
    for (std::uint64_t to = from; to < from + 12; ++to) {
      for (const BlockRange& within : parts) {
        std::set<std::int64_t> expected;
        for (std::uint64_t write = from; write < to; ++write) {
          const auto block = static_cast<std::int64_t>(write % 5);
          if (block >= within.begin && block < within.end) expected.insert(block);
        }
        REQUIRE(blocks_in(content.touched(from, to, within)) == expected);
      }
    }
  }
}

TEST_CASE("a copy is torn exactly if the disk never held what it holds", "[real]") {
  for (const std::int64_t blocks : {1, 2, 5}) {
    const DiskSpec spec = small_disk(blocks);
    std::map<std::uint64_t, std::vector<std::byte>> history;
    for (std::uint64_t i = 0; i <= 14; ++i) history[i] = expected_view(spec, at_generation(i));
    const DiskContent content(spec);
    for (std::uint64_t from = 0; from <= 14; ++from) {
      for (std::uint64_t to = from; to <= 14; ++to) {
        const auto copy = expected_view(spec, {from, to});
        const auto instant = content.instant_of({from, to});
        if (instant) {
          REQUIRE((*instant >= from && *instant <= to && history[*instant] == copy));
        } else {
          for (std::uint64_t i = from; i <= to; ++i) REQUIRE(history[i] != copy);
        }
      }
    }
  }
}
