#include "fake_glance/glance.hpp"

#include <vector>

#include <catch2/catch.hpp>

#include "tests/fake_glance/bench.hpp"

namespace snapsim {

using testing::GlanceBench;
using testing::reply_status;
using Statuses = std::vector<ImageStatus>;

TEST_CASE("a new image is queued, without formats and without a size, and remembers who made it", "[fake_glance]") {
  GlanceBench bench;
  const ImageId image = bench.glance.create(InstanceUuid(4), 9);
  const GlanceResult<ImageRecord> shown = bench.glance.show(image);
  REQUIRE(shown);
  CHECK(shown->status == ImageStatus::queued);
  CHECK(!shown->has_formats);
  CHECK(shown->size_bytes == -1);
  CHECK(shown->instance == InstanceUuid(4));
  CHECK(shown->request == 9);
  REQUIRE(bench.log.changes().size() == 1);
  CHECK(bench.log.changes()[0].is_new);
}

TEST_CASE("images are numbered in the order in which they are made", "[fake_glance]") {
  GlanceBench bench;
  CHECK(bench.glance.create(InstanceUuid(0), 0) == ImageId(0));
  CHECK(bench.glance.create(InstanceUuid(0), 1) == ImageId(1));
  CHECK(bench.glance.image_count() == 2);
}

TEST_CASE("formats may be set and changed while the image is queued", "[fake_glance]") {
  GlanceBench bench;
  const ImageId image = bench.glance.create(InstanceUuid(0), 0);
  CHECK(bench.glance.set_formats(image, DiskFormat::qcow2));
  CHECK(bench.glance.set_formats(image, DiskFormat::raw));
  CHECK(bench.glance.show(image)->has_formats);
  CHECK(bench.glance.show(image)->disk_format == DiskFormat::raw);
}

TEST_CASE("formats change in queued and importing only, and to set the same again is no change", "[fake_glance]") {
  for (const ImageStatus status : testing::all_image_statuses()) {
    if (status == ImageStatus::deleted || status == ImageStatus::pending_delete) continue;
    INFO(to_string(status));
    const bool may_change = status == ImageStatus::queued || status == ImageStatus::importing;
    GlanceBench bench;
    const ImageId image = bench.image_with_formats();
    bench.glance.record(image).status = status;
    CHECK(reply_status(bench.glance.set_formats(image, DiskFormat::qcow2), 200) == 200);
    CHECK(reply_status(bench.glance.set_formats(image, DiskFormat::raw), 200) == (may_change ? 200 : 403));
    CHECK(bench.glance.show(image)->disk_format == (may_change ? DiskFormat::raw : DiskFormat::qcow2));
  }
}

TEST_CASE("an upload makes an image active, as large as what came in", "[fake_glance]") {
  GlanceBench bench;
  const ImageId image = bench.image_with_formats();
  REQUIRE(bench.glance.begin_upload(image));
  CHECK(bench.glance.show(image)->status == ImageStatus::saving);
  CHECK(bench.glance.show(image)->size_bytes == -1);
  REQUIRE(bench.glance.append_upload(image, {FileId(1), 0, 100}));
  REQUIRE(bench.glance.append_upload(image, {FileId(1), 100, 30}));
  CHECK(bench.glance.show(image)->status == ImageStatus::saving);
  REQUIRE(bench.glance.finish_upload(image));
  CHECK(bench.glance.show(image)->status == ImageStatus::active);
  CHECK(bench.glance.show(image)->size_bytes == 130);
  CHECK(bench.store.bytes_kept(image) == 130);
  CHECK(bench.log.statuses(image) == Statuses{ImageStatus::queued, ImageStatus::saving, ImageStatus::active});
}

TEST_CASE("an upload of no bytes at all makes an image active, with size 0", "[fake_glance]") {
  GlanceBench bench;
  const ImageId image = bench.image_with_formats();
  REQUIRE(bench.glance.begin_upload(image));
  REQUIRE(bench.glance.finish_upload(image));
  CHECK(bench.glance.show(image)->status == ImageStatus::active);
  CHECK(bench.glance.show(image)->size_bytes == 0);
}

TEST_CASE("an upload without formats is refused with 400 and changes nothing", "[fake_glance]") {
  GlanceBench bench;
  const ImageId image = bench.glance.create(InstanceUuid(0), 0);
  CHECK(reply_status(bench.glance.begin_upload(image), 204) == 400);
  CHECK(bench.log.statuses(image) == Statuses{ImageStatus::queued});
}

TEST_CASE("a second upload gets 409 in every status but queued, and the first goes on", "[fake_glance]") {
  for (const ImageStatus status : testing::all_image_statuses()) {
    if (status == ImageStatus::deleted || status == ImageStatus::pending_delete) continue;
    INFO(to_string(status));
    GlanceBench bench;
    const ImageId image = bench.image_with_formats();
    bench.glance.record(image).status = status;
    CHECK(reply_status(bench.glance.begin_upload(image), 204) == (status == ImageStatus::queued ? 204 : 409));
  }

  GlanceBench bench;
  const ImageId image = bench.image_with_formats();
  REQUIRE(bench.glance.begin_upload(image));
  REQUIRE(bench.glance.append_upload(image, {FileId(1), 0, 100}));
  CHECK(reply_status(bench.glance.begin_upload(image), 204) == 409);
  REQUIRE(bench.glance.finish_upload(image));
  CHECK(bench.glance.show(image)->size_bytes == 100);
}

TEST_CASE("an aborted upload leaves the image queued, without data, and it may be uploaded again", "[fake_glance]") {
  GlanceBench bench;
  const ImageId image = bench.image_with_formats();
  REQUIRE(bench.glance.begin_upload(image));
  REQUIRE(bench.glance.append_upload(image, {FileId(1), 0, 100}));
  bench.glance.abort_upload(image);
  CHECK(bench.glance.show(image)->status == ImageStatus::queued);
  CHECK(bench.glance.show(image)->size_bytes == -1);
  CHECK(bench.glance.show(image)->has_formats);
  CHECK(bench.store.bytes_kept(image) == 0);
  REQUIRE(bench.glance.begin_upload(image));
  REQUIRE(bench.glance.append_upload(image, {FileId(1), 0, 7}));
  REQUIRE(bench.glance.finish_upload(image));
  CHECK(bench.glance.show(image)->size_bytes == 7);
}

TEST_CASE("a deleted image takes its row first and its data with it", "[fake_glance]") {
  GlanceBench bench;
  const ImageId image = bench.active_image();
  REQUIRE(bench.store.bytes_kept(image) == 100);
  REQUIRE(bench.glance.remove(image));
  CHECK(bench.store.bytes_kept(image) == 0);
  CHECK(bench.log.statuses(image).back() == ImageStatus::deleted);
}

TEST_CASE("an image deleted during its upload keeps the data until the body ends, which is told 410", "[fake_glance]") {
  GlanceBench bench;
  const ImageId image = bench.image_with_formats();
  REQUIRE(bench.glance.begin_upload(image));
  REQUIRE(bench.glance.append_upload(image, {FileId(1), 0, 100}));
  REQUIRE(bench.glance.remove(image));
  CHECK(reply_status(bench.glance.show(image), 200) == 404);
  CHECK(bench.store.bytes_kept(image) == 100);
  CHECK(bench.glance.append_upload(image, {FileId(1), 100, 100}));
  CHECK(reply_status(bench.glance.finish_upload(image), 204) == 410);
  CHECK(bench.store.bytes_kept(image) == 0);
  CHECK(bench.log.statuses(image) == Statuses{ImageStatus::queued, ImageStatus::saving, ImageStatus::deleted});
}

TEST_CASE("an upload that is aborted after its image was deleted does not bring it back", "[fake_glance]") {
  GlanceBench bench;
  const ImageId image = bench.image_with_formats();
  REQUIRE(bench.glance.begin_upload(image));
  REQUIRE(bench.glance.append_upload(image, {FileId(1), 0, 100}));
  REQUIRE(bench.glance.remove(image));
  bench.glance.abort_upload(image);
  CHECK(bench.store.bytes_kept(image) == 0);
  CHECK(bench.log.statuses(image).back() == ImageStatus::deleted);
}

TEST_CASE("an image that is deleted, or waits for it, is not found by any call", "[fake_glance]") {
  for (const ImageStatus status : {ImageStatus::deleted, ImageStatus::pending_delete}) {
    INFO(to_string(status));
    GlanceBench bench;
    const ImageId image = bench.image_with_formats();
    bench.glance.record(image).status = status;
    CHECK(reply_status(bench.glance.show(image), 200) == 404);
    CHECK(reply_status(bench.glance.set_formats(image, DiskFormat::qcow2), 200) == 404);
    CHECK(reply_status(bench.glance.remove(image), 204) == 404);
    CHECK(reply_status(bench.glance.begin_upload(image), 204) == 404);
    CHECK(bench.glance.record(image).status == status);
  }
}

TEST_CASE("where the store has a file of that image already, the upload gets 500 and the image is queued again",
          "[fake_glance]") {
  GlanceBench bench;
  const ImageId image = bench.image_with_formats();
  REQUIRE(bench.store.begin(image));
  REQUIRE(bench.store.append(image, {FileId(9), 0, 5}));
  CHECK(reply_status(bench.glance.begin_upload(image), 204) == 500);
  CHECK(bench.log.statuses(image) == Statuses{ImageStatus::queued, ImageStatus::saving, ImageStatus::queued});
  // The file that stood in the way is not Glance's to remove.
  CHECK(bench.store.bytes_kept(image) == 5);
}

TEST_CASE("a full store gives 413, and the image is queued again without data", "[fake_glance]") {
  GlanceBench bench(150);
  const ImageId image = bench.image_with_formats();
  REQUIRE(bench.glance.begin_upload(image));
  REQUIRE(bench.glance.append_upload(image, {FileId(1), 0, 100}));
  CHECK(reply_status(bench.glance.append_upload(image, {FileId(1), 100, 100}), 204) == 413);
  CHECK(bench.glance.show(image)->status == ImageStatus::queued);
  CHECK(bench.glance.show(image)->size_bytes == -1);
  CHECK(bench.store.bytes_kept(image) == 0);
}

TEST_CASE("a store that fails gives 500, one that is full at the very end 413", "[fake_glance]") {
  struct Case {
    StoreError::Kind kind;
    int status;
  };
  for (const Case& expected : {Case{StoreError::Kind::failed, 500}, Case{StoreError::Kind::full, 413}}) {
    for (const bool at_end : {false, true}) {
      INFO("at the end: " << at_end);
      GlanceBench bench;
      const ImageId image = bench.image_with_formats();
      REQUIRE(bench.glance.begin_upload(image));
      REQUIRE(bench.glance.append_upload(image, {FileId(1), 0, 50}));
      bench.store.break_down(expected.kind);
      const GlanceResult<void> result =
          at_end ? bench.glance.finish_upload(image) : bench.glance.append_upload(image, {FileId(1), 50, 50});
      CHECK(reply_status(result, 204) == expected.status);
      CHECK(bench.glance.show(image)->status == ImageStatus::queued);
      CHECK(bench.store.bytes_kept(image) == 0);
    }
  }
}

TEST_CASE("a store that is full fails an image that was deleted meanwhile without reviving it", "[fake_glance]") {
  GlanceBench bench(150);
  const ImageId image = bench.image_with_formats();
  REQUIRE(bench.glance.begin_upload(image));
  REQUIRE(bench.glance.remove(image));
  CHECK(reply_status(bench.glance.append_upload(image, {FileId(1), 0, 200}), 204) == 413);
  CHECK(bench.glance.record(image).status == ImageStatus::deleted);
  CHECK(bench.store.bytes_kept(image) == 0);
}

TEST_CASE("a list has the images that pass every filter, the newest first, and none that is deleted", "[fake_glance]") {
  GlanceBench bench;
  Glance& glance = bench.glance;
  const InstanceUuid vm_1(1);
  const ImageId snapshot = glance.create(vm_1, 0);
  const ImageId daily = glance.create(vm_1, 1, ImageType::backup, "daily");
  const ImageId weekly = glance.create(vm_1, 2, ImageType::backup, "weekly");
  const ImageId other = glance.create(InstanceUuid(2), 3, ImageType::backup, "daily");
  const ImageId gone = glance.create(vm_1, 4, ImageType::backup, "daily");
  REQUIRE(glance.remove(gone));
  using Images = std::vector<ImageId>;
  CHECK(glance.list({}) == Images{other, weekly, daily, snapshot});
  CHECK(glance.list({ImageType::backup, {}, {}, {}}) == Images{other, weekly, daily});
  CHECK(glance.list({ImageType::backup, "daily", vm_1, {}}) == Images{daily});
  CHECK(glance.list({{}, {}, vm_1, ImageStatus::queued}) == Images{weekly, daily, snapshot});
  CHECK(glance.list({{}, {}, {}, ImageStatus::active}).empty());
}

}  // namespace snapsim
