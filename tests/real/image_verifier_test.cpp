#include "real/image_verifier.hpp"

#include <fcntl.h>
#include <string>

#include <catch2/catch.hpp>

#include "real/file_io.hpp"
#include "tests/converted.hpp"
#include "tests/real/test_support.hpp"

using namespace snapsim;
using namespace snapsim::test;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
namespace fs = std::filesystem;

namespace {

/// A guest disk, a copy of it after 10 writes, and the copy's file where an upload would have put it.
struct Upload {
  explicit Upload(const DiskSpec& spec, DiskFormat format = DiskFormat::qcow2) {
    disk = *bench.disks.create_guest_disk(spec);
    bench.disks.guest_has_written(disk, 10);
    copy = *converted(bench.disks, disk, format, 10);
    image = bench.folder.path() / "image";
    fs::copy_file(bench.disks.path_of(copy), image);
  }

  ImageVerdict verdict() {
    ImageVerifier verifier(bench.disks, bench.tool);
    const auto verdict = verifier.verify(image, copy);
    REQUIRE(verdict);
    CHECK(verdict->identical == verdict->defect.empty());
    return *verdict;
  }

  Bench bench;
  FileId disk;
  FileId copy;
  fs::path image;
};

void overwrite(const fs::path& path, std::int64_t offset, std::size_t length) {
  const auto fd = open_file(path, O_WRONLY);
  const std::vector<std::byte> junk(length, std::byte{0x55});
  REQUIRE(fd);
  REQUIRE(!write_at(fd->get(), junk, offset));
}

}  // namespace

TEST_CASE("a whole image is identical to the disk, whatever the disk's kind", "[real]") {
  for (const DiskSpec& spec : {disk_spec("vm-1", DiskFormat::qcow2, 8, 4), disk_spec("vm-1", DiskFormat::raw, 8, 4),
                               overlay_spec("vm-1", 8, 4)}) {
    for (const DiskFormat format : {DiskFormat::qcow2, DiskFormat::raw})
      CHECK(Upload(spec, format).verdict().identical);
  }
}

TEST_CASE("an image is compared with the disk of its instant, though the disk has moved on or is gone", "[real]") {
  Upload upload(overlay_spec("vm-1", 8, 4));
  upload.bench.disks.guest_has_written(upload.disk, 90);
  CHECK(upload.verdict().identical);
  REQUIRE(upload.bench.disks.materialise(upload.disk));
  CHECK(upload.verdict().identical);
  REQUIRE(upload.bench.disks.remove(upload.copy));
  REQUIRE(upload.bench.disks.remove(upload.disk));
  CHECK(upload.verdict().identical);
}

TEST_CASE("an image of another instant is not identical", "[real]") {
  Upload upload(disk_spec("vm-1", DiskFormat::qcow2, 8, 4));
  upload.bench.disks.guest_has_written(upload.disk, 11);
  const auto later = converted(upload.bench.disks, upload.disk, DiskFormat::qcow2, 11);
  REQUIRE(later);
  fs::copy_file(upload.bench.disks.path_of(*later), upload.image, fs::copy_options::overwrite_existing);
  CHECK_THAT(upload.verdict().defect, StartsWith("The image differs from the guest's disk after 10 writes: Content "
                                                 "mismatch at offset 655360"));
}

TEST_CASE("an empty, cut or lengthened image is told by its length", "[real]") {
  Upload upload(disk_spec("vm-1", DiskFormat::qcow2, 8, 4));
  const auto length = fs::file_size(upload.image);
  fs::resize_file(upload.image, length + 1);
  CHECK_THAT(upload.verdict().defect, Contains("where the uploaded file had"));
  fs::resize_file(upload.image, 65536);
  CHECK(upload.verdict().defect == "The image is cut off: it has 65536 bytes of " + std::to_string(length) + ".");
  fs::resize_file(upload.image, 0);
  CHECK_THAT(upload.verdict().defect, StartsWith("The image is empty"));
  fs::remove(upload.image);
  CHECK(upload.verdict().defect == "The image's data is not in the store.");
}

TEST_CASE("a damaged image is a defect, not an error", "[real]") {
  Upload data(disk_spec("vm-1", DiskFormat::qcow2, 8, 4));
  overwrite(data.image, static_cast<std::int64_t>(fs::file_size(data.image)) - 100, 100);
  CHECK_THAT(data.verdict().defect, StartsWith("The image differs from the guest's disk"));
  Upload header(disk_spec("vm-1", DiskFormat::qcow2, 8, 4));
  overwrite(header.image, 0, 512);
  CHECK_THAT(header.verdict().defect, StartsWith("qemu-img cannot read the image"));
  Upload tables(disk_spec("vm-1", DiskFormat::qcow2, 8, 4));
  overwrite(tables.image, 3 * 65536, 512);
  CHECK_THAT(tables.verdict().defect, StartsWith("qemu-img check finds the image damaged"));
}

TEST_CASE("a torn image is told from one that the disk did hold", "[real]") {
  Upload upload(disk_spec("vm-1", DiskFormat::qcow2, 8, 4));
  upload.bench.disks.guest_has_written(upload.disk, 60);
  const auto torn = converted(upload.bench.disks, upload.disk, DiskFormat::qcow2, 20);
  REQUIRE(torn);
  ImageVerifier verifier(upload.bench.disks, upload.bench.tool);
  const auto verdict = verifier.verify(upload.bench.disks.path_of(*torn), *torn);
  REQUIRE(verdict);
  CHECK(verdict->defect ==
        "The image is torn: its front half is the guest's disk after 20 writes, its back half after 60; the disk never "
        "held both.");
  // Writes to the front half only, which the copy had passed: it holds the disk as it was before them.
  upload.bench.disks.guest_has_written(upload.disk, 66);
  const auto passed = converted(upload.bench.disks, upload.disk, DiskFormat::qcow2, 64);
  REQUIRE(passed);
  CHECK(verifier.verify(upload.bench.disks.path_of(*passed), *passed)->identical);
}

TEST_CASE("a delta that nothing was copied to is no snapshot", "[real]") {
  Upload upload(overlay_spec("vm-1", 8, 4));
  const auto delta = upload.bench.disks.create_delta(upload.disk);
  REQUIRE(delta);
  upload.copy = *converted(upload.bench.disks, *delta, DiskFormat::qcow2, 10);
  CHECK(upload.verdict().defect == "The uploaded file holds nothing of the guest's disk.");
}

TEST_CASE("an overlay is not accepted as an image", "[real]") {
  Upload upload(overlay_spec("vm-1", 8, 4));
  const auto delta = upload.bench.disks.create_delta(upload.disk);
  REQUIRE(delta);
  REQUIRE(upload.bench.disks.mirror(upload.disk, *delta));
  upload.copy = *delta;
  upload.image = upload.bench.disks.path_of(*delta);
  CHECK_THAT(upload.verdict().defect, StartsWith("The image is an overlay on "));
}

TEST_CASE("a guest's disk that somebody else wrote to is found out", "[real]") {
  for (const DiskSpec& spec : {disk_spec("vm-1", DiskFormat::qcow2, 8, 4), overlay_spec("vm-1", 8, 4)}) {
    Upload upload(spec);
    upload.bench.disks.guest_has_written(upload.disk, 77);
    ImageVerifier verifier(upload.bench.disks, upload.bench.tool);
    CHECK(verifier.verify_guest_disk(upload.disk)->identical);
    shell("qemu-io -f qcow2 -c 'write -P 1 6M 4k' " + upload.bench.disks.path_of(upload.disk).string());
    CHECK_THAT(verifier.verify_guest_disk(upload.disk)->defect,
               Contains("is not what its guest wrote") && Contains("6291456"));
  }
}

TEST_CASE("verification without the tool is an error, not a verdict", "[real]") {
  Upload upload(disk_spec("vm-1", DiskFormat::qcow2, 8, 4));
  QemuImg missing({.folder = upload.bench.folder.path(), .qemu_img = "/nonexistent/qemu-img"});
  const auto verdict = ImageVerifier(upload.bench.disks, missing).verify(upload.image, upload.copy);
  REQUIRE(!verdict);
  CHECK(verdict.error().kind == DiskError::Kind::missing_tool);
}
