// Images that come into being without HTTP, in a Glance that the front shares: as those of a simulated flow.

#include <mutex>

#include <catch2/catch.hpp>

#include "fake_glance/http/glance_front.hpp"
#include "real/http/http_server.hpp"
#include "tests/fake_glance/http_bench.hpp"
#include "tests/real/test_support.hpp"

namespace snapsim {
namespace {

using test::TemporaryFolder;

/// Whoever drives the flow has observers of its own.
struct FlowObserver final : ImageObserver {
  void image_status_changed(ImageId, const ImageRecord& record, ImageStatus, bool) override {
    statuses.push_back(record.status);
  }
  std::vector<ImageStatus> statuses;
};

/// What the flow knows of its snapshots.
struct FlowDescriber final : ImageDescriber {
  ImageDescription describe(ImageId, const ImageRecord& record) override {
    ImageDescription made;
    made.name = "snap-1";
    made.owner = "demo";
    made.min_disk_gb = record.min_disk_gb;
    made.properties = {{"instance_uuid", "11111111-1111-4111-8111-111111111111"}, {"image_type", "snapshot"}};
    return made;
  }
};

}  // namespace

TEST_CASE("a snapshot of the flow is an image like any other to those who ask by HTTP", "[fake_glance]") {
  TemporaryFolder folder;
  test::write_file(folder.path() / "extracted", "the guest's disk, extracted");
  FlowDescriber describer;
  FlowObserver observer;
  Catalogue* rows = nullptr;
  ImageFolder store(
      folder.path() / "glance", [&](ImageId image) { return rows->row(image).uuid; },
      [&](FileId) { return folder.path() / "extracted"; });
  Catalogue catalogue(store, &describer, nullptr);
  rows = &catalogue;
  Glance glance(store, observer);
  glance.also_tell(&catalogue);
  ImageService service{glance, catalogue, store};
  TokenTable tokens = TokenTable::built_in();
  GlanceFront front(service, tokens);
  HttpServer http;
  front.mount(http, "/image");
  http.start();
  const auto get = [&](const std::string& target) {
    return testing::raw_exchange(http.port(), "GET", "/image/v2/images" + target, {{"X-Auth-Token", "demo"}});
  };

  ImageId image;
  {
    const std::lock_guard lock(service.mutex);
    image = glance.create(InstanceUuid(0), 1, ImageType::snapshot, {}, 10);
    REQUIRE(glance.set_formats(image, DiskFormat::qcow2));
  }
  OrderedJson list = OrderedJson::parse(get("").body);
  REQUIRE(list["images"].size() == 1);
  const OrderedJson queued = list["images"][0];
  CHECK(queued["name"] == "snap-1");
  CHECK(queued["status"] == "queued");
  CHECK(queued["instance_uuid"] == "11111111-1111-4111-8111-111111111111");
  CHECK(queued["image_type"] == "snapshot");
  CHECK(queued["disk_format"] == "qcow2");
  CHECK(queued["container_format"] == "bare");
  CHECK(queued["min_disk"] == 10);
  {
    const std::lock_guard lock(service.mutex);
    REQUIRE(glance.begin_upload(image));
    REQUIRE(glance.append_upload(image, {FileId(0), 0, 11}));
    REQUIRE(glance.append_upload(image, {FileId(0), 11, 16}));
    REQUIRE(glance.finish_upload(image));
  }
  const std::string id = queued["id"];
  const OrderedJson active = OrderedJson::parse(get("/" + id).body);
  CHECK(active["status"] == "active");
  CHECK(active["size"] == 27);
  CHECK(active["checksum"] == store.hashes(image).checksum);
  CHECK(get("/" + id + "/file").body == "the guest's disk, extracted");
  CHECK(OrderedJson::parse(get("?image_type=snapshot").body)["images"].size() == 1);
  CHECK(OrderedJson::parse(get("?disk_format=raw").body)["images"].empty());
  CHECK(testing::raw_exchange(http.port(), "DELETE", "/image/v2/images/" + id, {{"X-Auth-Token", "demo"}}).status ==
        204);
  CHECK(observer.statuses ==
        std::vector{ImageStatus::queued, ImageStatus::saving, ImageStatus::active, ImageStatus::deleted});
  CHECK(std::filesystem::is_empty(folder.path() / "glance" / "images"));
}

}  // namespace snapsim
