#include "fake_hypervisor/model_disks.hpp"

#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

#include "tests/converted.hpp"
#include "tests/fake_hypervisor/bench.hpp"

namespace snapsim {

using namespace testing;

namespace {

constexpr std::int64_t cluster = 64 * 1024;

FileId guest_disk(ModelDisks& disks, std::int64_t used_bytes = 4 * mib, DiskFormat format = DiskFormat::qcow2) {
  return *disks.create_guest_disk(disk_spec(64 * mib, used_bytes, format));
}

}  // namespace

TEST_CASE("files are numbered in the order in which they are made", "[fake_hypervisor]") {
  ModelDisks disks;
  CHECK(guest_disk(disks) == FileId(0));
  CHECK(*disks.create_delta(FileId(0)) == FileId(1));
  CHECK(*converted(disks, FileId(0), DiskFormat::raw, 0) == FileId(2));
  CHECK(disks.file_count() == 3);
}

TEST_CASE("a copy of a disk that nobody writes is whole and of the instant at which it began", "[fake_hypervisor]") {
  ModelDisks disks;
  const FileId disk = guest_disk(disks);
  disks.guest_has_written(disk, 7);
  const FileId copy = *converted(disks, disk, DiskFormat::qcow2, 7);
  CHECK(disks.content(copy).is_whole());
  CHECK(disks.content(copy).is_of_one_instant());
  CHECK(disks.content(copy).extents[0].generation == 7);
  CHECK(disks.content(copy).guest_disk == disk);
}

TEST_CASE("a copy of a disk that was written meanwhile is whole but torn", "[fake_hypervisor]") {
  ModelDisks disks;
  const FileId disk = guest_disk(disks, 3 * mib + 1);
  disks.guest_has_written(disk, 9);
  const FileId copy = *converted(disks, disk, DiskFormat::qcow2, 7);
  const FileContent& content = disks.content(copy);
  CHECK(content.is_whole());
  CHECK(!content.is_of_one_instant());
  REQUIRE(content.extent_count == 2);
  CHECK(content.extents[0].offset == 0);
  CHECK(content.extents[0].generation == 7);
  CHECK(content.extents[1].offset == content.extents[0].length);
  CHECK(content.extents[1].generation == 9);
  CHECK(content.extents[0].length + content.extents[1].length == 3 * mib + 1);
}

TEST_CASE("the guest's later writes are not in a copy", "[fake_hypervisor]") {
  ModelDisks disks;
  const FileId disk = guest_disk(disks);
  const FileId copy = *converted(disks, disk, DiskFormat::qcow2, 0);
  disks.guest_has_written(disk, 100);
  CHECK(disks.content(copy).extents[0].generation == 0);
  CHECK(disks.content(disk).extents[0].generation == 100);
}

TEST_CASE("a disk without data cannot be torn", "[fake_hypervisor]") {
  ModelDisks disks;
  const FileId disk = guest_disk(disks, 0);
  disks.guest_has_written(disk, 9);
  CHECK(disks.content(*converted(disks, disk, DiskFormat::qcow2, 7)).is_of_one_instant());
}

TEST_CASE("a copy of a copy is what the first one was, for nobody writes to it", "[fake_hypervisor]") {
  ModelDisks disks;
  const FileId disk = guest_disk(disks);
  disks.guest_has_written(disk, 5);
  const FileId torn = *converted(disks, disk, DiskFormat::qcow2, 3);
  const FileId whole = *converted(disks, disk, DiskFormat::qcow2, 5);
  CHECK(!disks.content(*converted(disks, torn, DiskFormat::raw, 0)).is_of_one_instant());
  CHECK(disks.content(*converted(disks, whole, DiskFormat::raw, 0)).is_of_one_instant());
}

TEST_CASE("a new delta holds nothing, a mirrored one the disk as it was then", "[fake_hypervisor]") {
  ModelDisks disks;
  const FileId disk = guest_disk(disks);
  disks.guest_has_written(disk, 3);
  const FileId delta = *disks.create_delta(disk);
  CHECK(!disks.content(delta).is_whole());
  CHECK(!disks.content(*converted(disks, delta, DiskFormat::qcow2, 3)).is_whole());
  disks.guest_has_written(disk, 8);
  REQUIRE(disks.mirror(disk, delta));
  disks.guest_has_written(disk, 20);
  CHECK(disks.content(delta).is_of_one_instant());
  const FileId copy = *converted(disks, delta, DiskFormat::qcow2, 20);
  CHECK(disks.content(copy).is_of_one_instant());
  CHECK(disks.content(copy).extents[0].generation == 8);
}

TEST_CASE("a removed file is gone, and what it held is still known", "[fake_hypervisor]") {
  ModelDisks disks;
  const FileId disk = guest_disk(disks);
  disks.guest_has_written(disk, 6);
  const FileId copy = *converted(disks, disk, DiskFormat::qcow2, 6);
  REQUIRE(disks.exists(copy));
  REQUIRE(disks.remove(copy));
  CHECK(!disks.exists(copy));
  CHECK(disks.content(copy).is_of_one_instant());
  CHECK(disks.content(copy).extents[0].generation == 6);
  const DiskResult<std::int64_t> length = disks.file_bytes(copy);
  REQUIRE(!length);
  CHECK(length.error().kind == DiskError::Kind::unreadable);
  CHECK(disks.remove(copy));
}

TEST_CASE("nothing is made of a file that is gone", "[fake_hypervisor]") {
  ModelDisks disks;
  const FileId disk = guest_disk(disks);
  const FileId delta = *disks.create_delta(disk);
  REQUIRE(disks.remove(disk));
  CHECK(!converted(disks, disk, DiskFormat::qcow2, 0));
  CHECK(!disks.create_delta(disk));
  CHECK(!disks.mirror(disk, delta));
  CHECK(disks.file_count() == 2);
}

TEST_CASE("a raw file is as long as the disk, however little of it is used", "[fake_hypervisor]") {
  ModelDisks disks;
  for (const std::int64_t used : {std::int64_t{0}, 1 * mib, 64 * mib}) {
    const FileId disk = guest_disk(disks, used, DiskFormat::qcow2);
    CHECK(*disks.file_bytes(*converted(disks, disk, DiskFormat::raw, 0)) == 64 * mib);
  }
}

TEST_CASE("a qcow2 file holds the clusters in use and its own tables", "[fake_hypervisor]") {
  ModelDisks disks;
  const auto copied_bytes = [&disks](std::int64_t used) {
    return *disks.file_bytes(*converted(disks, guest_disk(disks, used), DiskFormat::qcow2, 0));
  };
  CHECK(copied_bytes(0) == 3 * cluster + 8);
  CHECK(copied_bytes(1) == 6 * cluster);
  CHECK(copied_bytes(cluster) == 6 * cluster);
  CHECK(copied_bytes(cluster + 1) == 7 * cluster);
  CHECK(copied_bytes(4 * mib) == 69 * cluster);
}

TEST_CASE("a large qcow2 file has more tables", "[fake_hypervisor]") {
  ModelDisks disks;
  const auto copied_bytes = [&disks](std::int64_t size, std::int64_t used) {
    const FileId disk = *disks.create_guest_disk(disk_spec(size, used));
    return *disks.file_bytes(*converted(disks, disk, DiskFormat::qcow2, 0));
  };
  // As long as qemu-img 7.2 makes them: a second refcount block from 32768 clusters on, an L1 table of two clusters.
  CHECK(copied_bytes(4096 * mib, 32760 * cluster) == 32768 * cluster);
  CHECK(copied_bytes(4096 * mib, 32761 * cluster) == 32770 * cluster);
  CHECK(copied_bytes(4096 * mib, 40000 * cluster) == 40010 * cluster);
  CHECK(copied_bytes(4096 * mib, 0) == 3 * cluster + 64);
  CHECK(copied_bytes(8 * mib * mib, 0) == 5 * cluster);
}

TEST_CASE("a delta takes no more room than what was copied to it", "[fake_hypervisor]") {
  ModelDisks disks;
  const FileId disk = guest_disk(disks);
  const FileId delta = *disks.create_delta(disk);
  CHECK(*disks.file_bytes(delta) == 3 * cluster + 8);
  REQUIRE(disks.mirror(disk, delta));
  CHECK(*disks.file_bytes(delta) == 69 * cluster);
}

TEST_CASE("a copy is whole, and torn only where the guest wrote meanwhile", "[fake_hypervisor][property]") {
  rc::prop("for any disk and any two generations", []() {
    ModelDisks disks;
    const auto used = *rc::gen::inRange<std::int64_t>(0, 64 * mib);
    const FileId disk = guest_disk(disks, used, *rc::gen::element(DiskFormat::qcow2, DiskFormat::raw));
    const auto begin = *rc::gen::inRange<std::uint64_t>(0, 50);
    const auto end = *rc::gen::inRange<std::uint64_t>(begin, 100);
    disks.guest_has_written(disk, end);
    const FileContent& copy = disks.content(*converted(disks, disk, DiskFormat::qcow2, begin));
    RC_ASSERT(copy.is_whole());
    RC_ASSERT(copy.is_of_one_instant() == (begin == end || used == 0));
    RC_ASSERT(disks.content(disk).is_of_one_instant());
  });
}

}  // namespace snapsim
