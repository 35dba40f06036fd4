#include "fake_glance/model_image_store.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

#include "tests/result_text.hpp"

namespace snapsim {
namespace {

constexpr ImageId image(0);

/// The hashes of an image made of these slices.
ImageHashes hashes_of(const std::vector<ImageSlice>& slices) {
  ModelImageStore store;
  REQUIRE(store.begin(image));
  for (const ImageSlice& slice : slices) REQUIRE(store.append(image, slice));
  REQUIRE(store.finish(image));
  return store.hashes(image);
}

bool is_hexadecimal(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

}  // namespace

TEST_CASE("neighbouring bytes of one file are kept as one slice", "[fake_glance]") {
  ModelImageStore store;
  REQUIRE(store.begin(image));
  REQUIRE(store.append(image, {FileId(3), 0, 100}));
  REQUIRE(store.append(image, {FileId(3), 100, 50}));
  REQUIRE(store.slices(image).size() == 1);
  CHECK(store.slices(image)[0].length == 150);
  CHECK(store.bytes_kept(image) == 150);
}

TEST_CASE("bytes that do not follow one another, or of another file, are kept apart", "[fake_glance]") {
  ModelImageStore store;
  REQUIRE(store.begin(image));
  REQUIRE(store.append(image, {FileId(3), 0, 100}));
  REQUIRE(store.append(image, {FileId(3), 101, 10}));
  REQUIRE(store.append(image, {FileId(3), 50, 10}));
  REQUIRE(store.append(image, {FileId(4), 60, 10}));
  CHECK(store.slices(image).size() == 4);
  CHECK(store.bytes_kept(image) == 130);
}

TEST_CASE("an append of nothing leaves no slice", "[fake_glance]") {
  ModelImageStore store;
  REQUIRE(store.begin(image));
  REQUIRE(store.append(image, {FileId(3), 0, 0}));
  CHECK(store.slices(image).empty());
  const StoreResult<StoreReceipt> receipt = store.finish(image);
  REQUIRE(receipt);
  CHECK(receipt->size_bytes == 0);
}

TEST_CASE("a second upload of an image that is there is refused, finished or not", "[fake_glance]") {
  ModelImageStore store;
  REQUIRE(store.begin(image));
  for (const bool is_finished : {false, true}) {
    if (is_finished) REQUIRE(store.finish(image));
    const StoreResult<void> again = store.begin(image);
    REQUIRE(!again);
    CHECK(again.error().kind == StoreError::Kind::duplicate);
  }
}

TEST_CASE("a removed image has no bytes and may be uploaded again", "[fake_glance]") {
  ModelImageStore store;
  REQUIRE(store.begin(image));
  REQUIRE(store.append(image, {FileId(3), 0, 100}));
  store.remove(image);
  CHECK(store.bytes_kept(image) == 0);
  CHECK(store.slices(image).empty());
  CHECK(store.begin(image));
}

TEST_CASE("removing what is not there is no error", "[fake_glance]") {
  ModelImageStore store;
  store.remove(ImageId(7));
  CHECK(store.bytes_kept(ImageId(7)) == 0);
}

TEST_CASE("images do not mix", "[fake_glance]") {
  ModelImageStore store;
  REQUIRE(store.begin(ImageId(2)));
  REQUIRE(store.begin(ImageId(0)));
  REQUIRE(store.append(ImageId(2), {FileId(1), 0, 10}));
  REQUIRE(store.append(ImageId(0), {FileId(2), 0, 20}));
  store.remove(ImageId(0));
  CHECK(store.bytes_kept(ImageId(2)) == 10);
  CHECK(store.bytes_kept(ImageId(1)) == 0);
}

TEST_CASE("hashes look like md5 and sha512 and depend on which bytes came in", "[fake_glance]") {
  std::set<std::string> checksums;
  std::set<std::string> sha512s;
  const std::vector<std::vector<ImageSlice>> contents{
      {},
      {{FileId(1), 0, 100}},
      {{FileId(2), 0, 100}},
      {{FileId(1), 0, 101}},
      {{FileId(1), 1, 100}},
      {{FileId(1), 0, 50}, {FileId(1), 60, 50}},
      {{FileId(1), 60, 50}, {FileId(1), 0, 50}},
  };
  for (const std::vector<ImageSlice>& slices : contents) {
    const ImageHashes hashes = hashes_of(slices);
    CHECK(hashes.checksum.size() == 32);
    CHECK(hashes.os_hash_value.size() == 128);
    CHECK(is_hexadecimal(hashes.checksum));
    CHECK(is_hexadecimal(hashes.os_hash_value));
    checksums.insert(hashes.checksum);
    sha512s.insert(hashes.os_hash_value);
  }
  CHECK(checksums.size() == contents.size());
  CHECK(sha512s.size() == contents.size());
}

TEST_CASE("how a file was cut on its way makes no difference", "[fake_glance][property]") {
  rc::prop("any pieces of a file, in order, are the file", [](const std::vector<std::uint16_t>& pieces) {
    std::vector<ImageSlice> slices;
    std::int64_t length = 0;
    for (const std::uint16_t piece : pieces) {
      slices.push_back({FileId(5), length, piece});
      length += piece;
    }
    const ImageHashes in_pieces = hashes_of(slices);
    const ImageHashes in_one = hashes_of({{FileId(5), 0, length}});
    RC_ASSERT(in_pieces.checksum == in_one.checksum);
    RC_ASSERT(in_pieces.os_hash_value == in_one.os_hash_value);
  });
}

}  // namespace snapsim
