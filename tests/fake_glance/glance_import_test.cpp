#include <catch2/catch.hpp>

#include "fake_glance/glance.hpp"
#include "tests/fake_glance/bench.hpp"

namespace snapsim {

using testing::GlanceBench;

TEST_CASE("data is staged, and imported only when the image has formats", "[fake_glance]") {
  GlanceBench bench;
  Glance& glance = bench.glance;
  const ImageId image = glance.create(InstanceUuid(0), 0);
  CHECK(glance.begin_import(image).error().status == 409);
  REQUIRE(glance.begin_stage(image));
  CHECK(glance.show(image)->status == ImageStatus::uploading);
  CHECK(glance.begin_stage(image).error().status == 409);
  CHECK(glance.begin_upload(image).error().status == 409);
  REQUIRE(glance.finish_stage(image, 5));
  CHECK(glance.show(image)->size_bytes == 5);
  CHECK(glance.begin_import(image).error().status == 409);
  CHECK(glance.set_formats_known(image, true).error().status == 403);
  glance.record(image).has_formats = true;
  REQUIRE(glance.begin_import(image));
  CHECK(glance.show(image)->status == ImageStatus::importing);
  REQUIRE(bench.store.begin(image));
  REQUIRE(glance.finish_import(image));
  CHECK(glance.show(image)->status == ImageStatus::active);
}

TEST_CASE("a web download is for queued images with formats, and leaves them queued where it fails", "[fake_glance]") {
  GlanceBench bench;
  const ImageId image = bench.glance.create(InstanceUuid(1), 0);
  CHECK(bench.glance.begin_web_download(image).error().status == 409);
  REQUIRE(bench.glance.set_formats_known(image, true));
  REQUIRE(bench.glance.begin_web_download(image));
  CHECK(bench.glance.record(image).status == ImageStatus::importing);
  CHECK(bench.glance.begin_web_download(image).error().status == 409);
  bench.glance.abort_import(image);
  CHECK(bench.glance.record(image).status == ImageStatus::queued);
  bench.glance.abort_import(image);
  CHECK(bench.glance.record(image).status == ImageStatus::queued);
  REQUIRE(bench.glance.remove(image));
  bench.glance.abort_import(image);
  CHECK(bench.glance.record(image).status == ImageStatus::deleted);
}

TEST_CASE("a stage that is given up leaves the image queued, without a size", "[fake_glance]") {
  GlanceBench bench;
  const ImageId image = bench.glance.create(InstanceUuid(0), 0);
  REQUIRE(bench.glance.begin_stage(image));
  bench.glance.abort_stage(image);
  CHECK(bench.glance.show(image)->status == ImageStatus::queued);
  CHECK(bench.glance.show(image)->size_bytes == -1);
}

TEST_CASE("an image that is deleted while it is staged or imported stays deleted", "[fake_glance]") {
  GlanceBench bench;
  const ImageId staged = bench.glance.create(InstanceUuid(0), 0);
  REQUIRE(bench.glance.begin_stage(staged));
  REQUIRE(bench.glance.remove(staged));
  CHECK(bench.glance.finish_stage(staged, 1).error().status == 404);
  bench.glance.abort_stage(staged);
  CHECK(bench.glance.record(staged).status == ImageStatus::deleted);
  const ImageId imported = bench.glance.create(InstanceUuid(0), 0);
  REQUIRE(bench.glance.set_formats_known(imported, true));
  REQUIRE(bench.glance.begin_stage(imported));
  REQUIRE(bench.glance.begin_import(imported));
  REQUIRE(bench.glance.remove(imported));
  REQUIRE(bench.store.begin(imported));
  CHECK(bench.glance.finish_import(imported).error().status == 410);
  CHECK(bench.store.bytes_kept(imported) == 0);
}

TEST_CASE("only active images are deactivated, and only deactivated ones reactivated", "[fake_glance]") {
  GlanceBench bench;
  const ImageId image = bench.glance.create(InstanceUuid(0), 0);
  CHECK(bench.glance.deactivate(image).error().status == 403);
  CHECK(bench.glance.reactivate(image).error().status == 403);
  bench.glance.record(image).status = ImageStatus::active;
  CHECK(bench.glance.reactivate(image));
  REQUIRE(bench.glance.deactivate(image));
  CHECK(bench.glance.deactivate(image));
  CHECK(bench.glance.show(image)->status == ImageStatus::deactivated);
  REQUIRE(bench.glance.reactivate(image));
  CHECK(bench.glance.show(image)->status == ImageStatus::active);
}

}  // namespace snapsim
