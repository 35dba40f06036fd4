#include "real/qemu_disks.hpp"

#include <chrono>
#include <string>
#include <sys/mount.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "tests/converted.hpp"
#include "tests/real/test_support.hpp"

using namespace snapsim;
using namespace snapsim::test;
namespace fs = std::filesystem;

namespace {

/// The kinds of disk that every test of behaviour is run with.
std::vector<DiskSpec> kinds_of_disk() {
  return {disk_spec("vm-1", DiskFormat::qcow2, 8, 4), disk_spec("vm-1", DiskFormat::raw, 8, 4),
          overlay_spec("vm-1", 8, 4)};
}

std::string name_of(const DiskSpec& spec) {
  return spec.has_backing_file ? "overlay" : std::string(to_string(spec.format));
}

std::int64_t real_bytes(const fs::path& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 ? status.st_blocks * 512 : -1;
}

/// Files below `folder`, which a failed call must not add to.
std::size_t files_in(const fs::path& folder) {
  std::size_t count = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) count += entry.is_regular_file() ? 1 : 0;
  return count;
}

}  // namespace

TEST_CASE("a new guest disk holds its fill and nothing else", "[real]") {
  for (const DiskSpec& spec : kinds_of_disk()) {
    CAPTURE(name_of(spec));
    Bench bench;
    const auto disk = bench.disks.create_guest_disk(spec);
    REQUIRE(disk);
    CHECK(*disk == FileId(0));
    const fs::path path = bench.disks.path_of(*disk);
    CHECK(path == bench.folder.path() / "instances" / "vm-1" / "disk");
    CHECK(guest_view(path, spec.format) == expected_view(spec, at_generation(0)));
    CHECK(files_in(bench.folder.path()) == (spec.has_backing_file ? 2 : 1));
    if (spec.format == DiskFormat::qcow2) CHECK(*bench.tool.check(path) == "");
  }
}

TEST_CASE("an overlay has half of its fill in the raw base image behind it", "[real]") {
  Bench bench;
  const auto disk = bench.disks.create_guest_disk(overlay_spec("vm-1", 8, 4));
  REQUIRE(disk);
  const fs::path path = bench.disks.path_of(*disk);
  const auto info = bench.tool.info(path, DiskFormat::qcow2);
  REQUIRE(info);
  CHECK(info->backing_file == path.parent_path() / "base");
  CHECK(info->virtual_bytes == 8 * mib);
  CHECK(real_bytes(path) < 3 * mib);
  CHECK(real_bytes(path) >= 2 * mib);
  CHECK(real_bytes(info->backing_file) == 2 * mib);
}

TEST_CASE("a large disk that is little used takes little room and time", "[real]") {
  Bench bench;
  const auto begun = std::chrono::steady_clock::now();
  const auto disk = bench.disks.create_guest_disk(disk_spec("vm-1", DiskFormat::qcow2, 20 * 1024, 64));
  CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(10));
  REQUIRE(disk);
  CHECK(real_bytes(bench.disks.path_of(*disk)) < 68 * mib);
}

TEST_CASE("what a guest writes is in its disk when somebody looks, by one process at most", "[real]") {
  for (const DiskSpec& spec : kinds_of_disk()) {
    CAPTURE(name_of(spec));
    Bench bench;
    const auto disk = bench.disks.create_guest_disk(spec);
    REQUIRE(disk);
    for (const std::uint64_t generation : {1U, 3U, 63U, 64U, 70U, 1000U}) {
      bench.disks.guest_has_written(*disk, generation);
      bench.commands.clear();
      REQUIRE(bench.disks.materialise(*disk));
      CHECK(bench.commands.size() <= 1);
      REQUIRE(guest_view(bench.disks.path_of(*disk), spec.format) == expected_view(spec, at_generation(generation)));
    }
  }
}

TEST_CASE("a copy holds the disk as it is, in either format, by the command that Nova runs", "[real]") {
  for (const DiskSpec& spec : kinds_of_disk()) {
    for (const DiskFormat format : {DiskFormat::qcow2, DiskFormat::raw}) {
      CAPTURE(name_of(spec), to_string(format));
      Bench bench;
      const auto disk = bench.disks.create_guest_disk(spec);
      REQUIRE(disk);
      bench.disks.guest_has_written(*disk, 10);
      const auto copy = converted(bench.disks, *disk, format, 10);
      REQUIRE(copy);
      CHECK(*copy == FileId(1));
      const fs::path path = bench.disks.path_of(*copy);
      CHECK(path.parent_path() == bench.folder.path() / "snapshots");
      CHECK(guest_view(path, format) == expected_view(spec, at_generation(10)));
      const std::string from(to_string(spec.format));
      const std::string to(to_string(format));
      const std::string paths = bench.disks.path_of(*disk).string() + " " + path.string();
      CHECK((bench.commands.back() == "qemu-img convert -t none -O " + to + " -f " + from + " " + paths ||
             bench.commands.back() == "qemu-img convert -t writeback -O " + to + " -f " + from + " " + paths));
      const ImageOrigin* origin = bench.disks.origin_of(*copy);
      REQUIRE(origin != nullptr);
      CHECK(origin->disk == *disk);
      CHECK(origin->state == at_generation(10));
      CHECK(*bench.disks.file_bytes(*copy) == static_cast<std::int64_t>(fs::file_size(path)));
      CHECK(origin->file_bytes == *bench.disks.file_bytes(*copy));
    }
  }
}

TEST_CASE("a copy has the very bytes of one that qemu-img makes outside", "[real]") {
  Bench bench;
  const auto disk = bench.disks.create_guest_disk(disk_spec("vm-1", DiskFormat::qcow2, 64, 16));
  REQUIRE(disk);
  const auto copy = converted(bench.disks, *disk, DiskFormat::qcow2, 0);
  REQUIRE(copy);
  const fs::path outside = bench.folder.path() / "outside";
  shell("qemu-img convert -O qcow2 -f qcow2 " + bench.disks.path_of(*disk).string() + " " + outside.string());
  CHECK(bytes_of(bench.disks.path_of(*copy)) == bytes_of(outside));
}

TEST_CASE("a copy that the guest writes under is torn, and the guest's disk is not", "[real]") {
  for (const DiskSpec& spec : kinds_of_disk()) {
    CAPTURE(name_of(spec));
    Bench bench;
    const auto disk = bench.disks.create_guest_disk(spec);
    REQUIRE(disk);
    bench.disks.guest_has_written(*disk, 150);
    const auto torn = converted(bench.disks, *disk, DiskFormat::qcow2, 5);
    REQUIRE(torn);
    const auto view = guest_view(bench.disks.path_of(*torn), DiskFormat::qcow2);
    CHECK(view == expected_view(spec, {5, 150}));
    CHECK(view != expected_view(spec, at_generation(5)));
    CHECK(view != expected_view(spec, at_generation(150)));
    REQUIRE(bench.disks.materialise(*disk));
    CHECK(guest_view(bench.disks.path_of(*disk), spec.format) == expected_view(spec, at_generation(150)));
  }
}

TEST_CASE("a copy that began before the disk's file moved on is still made as of then", "[real]") {
  Bench bench;
  const DiskSpec spec = overlay_spec("vm-1", 8, 4);
  const auto disk = bench.disks.create_guest_disk(spec);
  REQUIRE(disk);
  bench.disks.guest_has_written(*disk, 40);
  REQUIRE(bench.disks.materialise(*disk));
  bench.disks.guest_has_written(*disk, 90);
  const auto torn = converted(bench.disks, *disk, DiskFormat::raw, 20);
  REQUIRE(torn);
  CHECK(guest_view(bench.disks.path_of(*torn), DiskFormat::raw) == expected_view(spec, {20, 90}));
  CHECK(files_in(bench.folder.path()) == 3);
}

TEST_CASE("a block copy puts the disk's top layer into the delta", "[real]") {
  for (const DiskSpec& spec : kinds_of_disk()) {
    CAPTURE(name_of(spec));
    Bench bench;
    const auto disk = bench.disks.create_guest_disk(spec);
    REQUIRE(disk);
    const auto delta = bench.disks.create_delta(*disk);
    REQUIRE(delta);
    CHECK(bench.disks.origin_of(*delta) == nullptr);
    bench.disks.guest_has_written(*disk, 7);
    REQUIRE(bench.disks.mirror(*disk, *delta));
    bench.disks.guest_has_written(*disk, 50);
    const fs::path path = bench.disks.path_of(*delta);
    CHECK(guest_view(path, DiskFormat::qcow2) == expected_view(spec, at_generation(7)));
    if (spec.has_backing_file) CHECK(real_bytes(path) < 3 * mib);
    // The delta is what is converted then; its content is of one instant whatever the guest does.
    const auto copy = converted(bench.disks, *delta, DiskFormat::qcow2, 0);
    REQUIRE(copy);
    CHECK(guest_view(bench.disks.path_of(*copy), DiskFormat::qcow2) == expected_view(spec, at_generation(7)));
    CHECK(bench.disks.origin_of(*copy)->state == at_generation(7));
    REQUIRE(bench.disks.mirror(*disk, *delta));
    CHECK(guest_view(path, DiskFormat::qcow2) == expected_view(spec, at_generation(50)));
  }
}

TEST_CASE("a delta is made by the command that Nova runs", "[real]") {
  Bench bench;
  const auto disk = bench.disks.create_guest_disk(overlay_spec("vm-1", 8, 4));
  REQUIRE(disk);
  const auto delta = bench.disks.create_delta(*disk);
  REQUIRE(delta);
  const fs::path base = bench.disks.path_of(*disk).parent_path() / "base";
  CHECK(bench.commands.back() == "qemu-img create -f qcow2 -o backing_file=" + base.string() + ",backing_fmt=raw " +
                                     bench.disks.path_of(*delta).string() + " 8388608");
}

TEST_CASE("removing a file that is gone already is no error", "[real]") {
  Bench bench;
  const auto disk = bench.disks.create_guest_disk(disk_spec("vm-1", DiskFormat::qcow2, 4, 1));
  REQUIRE(disk);
  const auto copy = converted(bench.disks, *disk, DiskFormat::qcow2, 0);
  REQUIRE(copy);
  CHECK(bench.disks.remove(*copy));
  CHECK(bench.disks.remove(*copy));
  CHECK(bench.disks.remove(*disk));
  CHECK(bench.disks.remove(*disk));
  CHECK(files_in(bench.folder.path()) == 0);
  CHECK(!bench.disks.file_bytes(*copy));
  const auto after = converted(bench.disks, *disk, DiskFormat::qcow2, 0);
  REQUIRE(!after);
  CHECK(after.error().kind == DiskError::Kind::exit);
}

TEST_CASE("names with blanks, commas and slashes make usable paths", "[real]") {
  for (const std::string name : {"web server", "a,b", "../up", ".hidden", ""}) {
    CAPTURE(name);
    Bench bench;
    DiskSpec spec = overlay_spec(name, 4, 1);
    const auto disk = bench.disks.create_guest_disk(spec);
    REQUIRE(disk);
    bench.disks.guest_has_written(*disk, 3);
    const auto delta = bench.disks.create_delta(*disk);
    REQUIRE(delta);
    REQUIRE(bench.disks.mirror(*disk, *delta));
    CHECK(guest_view(bench.disks.path_of(*delta), DiskFormat::qcow2) == expected_view(spec, at_generation(3)));
    CHECK(bench.disks.path_of(*disk).lexically_relative(bench.folder.path() / "instances").begin()->string() != "..");
  }
}

TEST_CASE("a copy for which there is no room leaves a part of it behind", "[real]") {
  Bench bench;
  const auto disk = bench.disks.create_guest_disk(disk_spec("vm-1", DiskFormat::qcow2, 8, 4));
  REQUIRE(disk);
  QemuImg cramped({.folder = bench.folder.path(), .file_bytes_max = 1 * mib});
  const fs::path made = bench.folder.path() / "made";
  const auto copy = cramped.convert(bench.disks.path_of(*disk), DiskFormat::qcow2, made, DiskFormat::qcow2);
  REQUIRE(!copy);
  CHECK(copy.error().kind == DiskError::Kind::no_space);
  CHECK(fs::file_size(made) <= 1 * mib);
}

TEST_CASE("a full file system is told as such by every call, and leaves nothing half made", "[real]") {
  const TemporaryFolder tiny;
  if (::mount("tmpfs", tiny.path().c_str(), "tmpfs", 0, "size=6m") != 0) {
    WARN("Not permitted to mount a small file system: skipped.");
    return;
  }
  {
    QemuImg tool({.folder = tiny.path()});
    QemuDisks disks(tool);
    const auto too_large = disks.create_guest_disk(disk_spec("vm-0", DiskFormat::qcow2, 64, 8));
    REQUIRE(!too_large);
    CHECK(too_large.error().kind == DiskError::Kind::no_space);
    const auto too_large_raw = disks.create_guest_disk(disk_spec("vm-0", DiskFormat::raw, 64, 8));
    REQUIRE(!too_large_raw);
    CHECK(too_large_raw.error().kind == DiskError::Kind::no_space);
    CHECK(files_in(tiny.path()) == 0);
    const auto disk = disks.create_guest_disk(disk_spec("vm-1", DiskFormat::qcow2, 64, 2));
    REQUIRE(disk);
    write_file(tiny.path() / "other", std::string(2 << 20, 'x'));
    const auto copy = converted(disks, *disk, DiskFormat::qcow2, 0);
    REQUIRE(!copy);
    CHECK(copy.error().kind == DiskError::Kind::no_space);
    disks.guest_has_written(*disk, 32);
    const auto written = disks.materialise(*disk);
    REQUIRE(!written);
    CHECK(written.error().kind == DiskError::Kind::no_space);
    CHECK(files_in(tiny.path()) == 3);
    fs::remove(tiny.path() / "other");
    REQUIRE(disks.materialise(*disk));
    CHECK(guest_view(disks.path_of(*disk), DiskFormat::qcow2) ==
          expected_view(disk_spec("vm-1", DiskFormat::qcow2, 64, 2), at_generation(32)));
  }
  ::umount(tiny.path().c_str());
}

TEST_CASE("a tool that is missing, fails, is killed or hangs is told apart", "[real]") {
  const TemporaryFolder folder;
  const auto error_with = [&](const std::string& script) {
    const fs::path tool = folder.path() / "qemu-img";
    fs::remove(tool);
    if (!script.empty()) {
      write_file(tool, "#!/bin/sh\n" + script + "\n");
      fs::permissions(tool, fs::perms::owner_all);
    }
    QemuImg qemu_img({.folder = folder.path(), .timeout = std::chrono::milliseconds(300), .qemu_img = tool.string()});
    QemuDisks disks(qemu_img);
    const auto disk = disks.create_guest_disk(disk_spec("vm-1", DiskFormat::qcow2, 4, 1));
    REQUIRE(!disk);
    CHECK(files_in(folder.path()) == (script.empty() ? 0 : 1));
    return disk.error();
  };
  CHECK(error_with("").kind == DiskError::Kind::missing_tool);
  CHECK(error_with("").message.find("qemu-utils") != std::string::npos);
  const DiskError failed = error_with("for made; do :; done; echo half > $made; echo 'No such bus' >&2; exit 5");
  CHECK(failed.kind == DiskError::Kind::exit);
  CHECK(failed.message == "qemu-img convert exited with 5: No such bus");
  CHECK(error_with("kill -9 $$").kind == DiskError::Kind::killed);
  CHECK(error_with("sleep 1000").kind == DiskError::Kind::timed_out);
}
