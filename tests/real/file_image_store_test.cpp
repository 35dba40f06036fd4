#include "real/file_image_store.hpp"

#include <string>
#include <sys/mount.h>

#include <catch2/catch.hpp>

#include "tests/real/test_support.hpp"

using namespace snapsim;
using namespace snapsim::test;
namespace fs = std::filesystem;

namespace {

constexpr ImageId image{0};
constexpr FileId file{7};

struct Store {
  TemporaryFolder folder;
  FileImageStore store{folder.path() / "glance", [this](FileId) { return folder.path() / "file"; }};
  fs::path source = folder.path() / "file";

  /// A source file of so many bytes, no two chunks of which are alike.
  void make_source(std::int64_t bytes) {
    const DiskSpec spec = disk_spec("source", DiskFormat::raw, bytes / mib + 1, bytes / mib + 1);
    REQUIRE(write_raw_file(source, spec.size_bytes, DiskContent(spec), {0, spec.size_bytes / DiskContent::block_bytes},
                           at_generation(0)));
    fs::resize_file(source, static_cast<std::uintmax_t>(bytes));
  }
};

std::string first_word(const std::string& line) {
  return line.substr(0, line.find(' '));
}

}  // namespace

TEST_CASE("a stored image has the source's bytes, size and hashes, however it is cut into slices", "[real]") {
  for (const std::int64_t total : {std::int64_t{0}, std::int64_t{1}, std::int64_t{65537}, 9 * mib + 12345}) {
    for (const std::int64_t slice : {std::int64_t{65536}, 5 * mib + 1, 100 * mib}) {
      CAPTURE(total, slice);
      Store bench;
      bench.make_source(total);
      REQUIRE(bench.store.begin(image));
      for (std::int64_t offset = 0; offset < total; offset += slice) {
        REQUIRE(bench.store.append(image, {file, offset, std::min(slice, total - offset)}));
        CHECK(bench.store.bytes_kept(image) == std::min(total, offset + slice));
      }
      CHECK(bench.store.hashes(image).checksum.empty());
      const auto receipt = bench.store.finish(image);
      REQUIRE(receipt);
      CHECK(receipt->size_bytes == total);
      CHECK(bench.store.bytes_kept(image) == total);
      CHECK(bytes_of(bench.store.path_of(image)) == bytes_of(bench.source));
      const ImageHashes hashes = bench.store.hashes(image);
      CHECK(hashes.checksum == first_word(shell("md5sum " + bench.source.string())));
      CHECK(hashes.os_hash_value == first_word(shell("sha512sum " + bench.source.string())));
      if (total > 0) CHECK(bench.store.source_of(image) == file);
    }
  }
}

TEST_CASE("a second upload of an image that is there is refused as a duplicate", "[real]") {
  Store bench;
  REQUIRE(bench.store.begin(image));
  const auto unfinished = bench.store.begin(image);
  REQUIRE(!unfinished);
  CHECK(unfinished.error().kind == StoreError::Kind::duplicate);
  REQUIRE(bench.store.finish(image));
  CHECK(bench.store.begin(image).error().kind == StoreError::Kind::duplicate);
}

TEST_CASE("a removed image is gone, finished or not, and may be uploaded anew", "[real]") {
  Store bench;
  bench.make_source(100);
  bench.store.remove(image);
  REQUIRE(bench.store.begin(image));
  REQUIRE(bench.store.append(image, {file, 0, 50}));
  bench.store.remove(image);
  CHECK(bench.store.bytes_kept(image) == 0);
  CHECK(!bench.store.append(image, {file, 50, 50}));
  CHECK(!bench.store.finish(image));
  REQUIRE(bench.store.begin(image));
  REQUIRE(bench.store.append(image, {file, 0, 100}));
  REQUIRE(bench.store.finish(image));
  bench.store.remove(image);
  CHECK(bench.store.hashes(image).checksum.empty());
  CHECK(fs::is_empty(bench.folder.path() / "glance"));
}

TEST_CASE("a slice beyond the end of its file fails the upload for good", "[real]") {
  Store bench;
  bench.make_source(100);
  REQUIRE(bench.store.begin(image));
  const auto appended = bench.store.append(image, {file, 60, 100});
  REQUIRE(!appended);
  CHECK(appended.error().kind == StoreError::Kind::failed);
  CHECK(bench.store.bytes_kept(image) == 40);
  CHECK(!bench.store.append(image, {file, 0, 10}));
  CHECK(!bench.store.finish(image));
}

TEST_CASE("a source file that is gone fails the upload", "[real]") {
  Store bench;
  REQUIRE(bench.store.begin(image));
  CHECK(bench.store.append(image, {file, 0, 10}).error().kind == StoreError::Kind::failed);
}

TEST_CASE("a full store says so, and removing the image gives the room back", "[real]") {
  Store bench;
  bench.make_source(8 * mib);
  fs::create_directory(bench.folder.path() / "glance");
  if (::mount("tmpfs", (bench.folder.path() / "glance").c_str(), "tmpfs", 0, "size=3m") != 0) {
    WARN("Not permitted to mount a small file system: skipped.");
    return;
  }
  REQUIRE(bench.store.begin(image));
  const auto appended = bench.store.append(image, {file, 0, 8 * mib});
  CHECK(!bench.store.finish(image));
  bench.store.remove(image);
  REQUIRE(bench.store.begin(image));
  const bool fits = bench.store.append(image, {file, 0, 2 * mib}).has_value();
  const bool finished = bench.store.finish(image).has_value();
  // From here on into another file system: what was stored is copied rather than renamed.
  const auto moved = bench.store.move_to(image, bench.folder.path() / "moved");
  const auto left = bench.store.bytes_kept(image);
  ::umount((bench.folder.path() / "glance").c_str());
  REQUIRE(!appended);
  CHECK(appended.error().kind == StoreError::Kind::full);
  CHECK(fits);
  CHECK(finished);
  CHECK(!moved);
  CHECK(left == 0);
  CHECK(fs::file_size(bench.folder.path() / "moved") == 2 * mib);
}

TEST_CASE("a finished image can be handed over and is then forgotten", "[real]") {
  Store bench;
  bench.make_source(1000);
  REQUIRE(bench.store.begin(image));
  REQUIRE(bench.store.append(image, {file, 0, 1000}));
  REQUIRE(bench.store.finish(image));
  const fs::path target = bench.folder.path() / "snap-1.qcow2";
  CHECK(bench.store.move_to(image, bench.folder.path() / "nowhere" / "snap-1"));
  CHECK(bench.store.bytes_kept(image) == 1000);
  REQUIRE(!bench.store.move_to(image, target));
  CHECK(bytes_of(target) == bytes_of(bench.source));
  CHECK(bench.store.bytes_kept(image) == 0);
  CHECK(bench.store.begin(image));
}

TEST_CASE("uploads leave no descriptor open", "[real]") {
  Store bench;
  bench.make_source(5 * mib);
  const std::size_t before = open_descriptors();
  for (std::uint32_t i = 0; i < 200; ++i) {
    REQUIRE(bench.store.begin(ImageId(i)));
    REQUIRE(bench.store.append(ImageId(i), {file, 0, i % 50 == 0 ? 5 * mib : 1000}));
    if (i % 2 == 0) REQUIRE(bench.store.finish(ImageId(i)));
    if (i % 2 == 1) bench.store.remove(ImageId(i));
  }
  CHECK(open_descriptors() == before);
}
