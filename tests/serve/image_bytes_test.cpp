// What Nova tells of a server does not run ahead of what Glance shows: the bytes of a snapshot's image are made by
// qemu-img, in real time, after the simulated upload has ended.

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <future>
#include <map>
#include <thread>

#include <catch2/catch.hpp>

#include "real/child_process.hpp"
#include "tests/main/program.hpp"
#include "tests/serve/support.hpp"

namespace snapsim::test {
namespace {

/// Orders the image; gives its id.
std::string ordered_image(const ApiClient& demo, const std::string& server) {
  const Answer answer = demo.at("2.45").act(server, {{"createImage", {{"name", "snap"}}}});
  REQUIRE(answer.status == 202);
  return answer.body.at("image_id");
}

/// Asks until Nova tells that the snapshot has ended.
void ask_until(const std::function<bool()>& has_ended) {
  const auto end = std::chrono::steady_clock::now() + long_enough;
  while (!has_ended()) REQUIRE(std::chrono::steady_clock::now() < end);
}

bool has_no_task(const Json& server) {
  return server.at("OS-EXT-STS:task_state").is_null();
}

/// The newest action's one event has a result.
bool has_result(const ApiClient& demo, const std::string& server) {
  const std::string path = "/compute/v2.1/servers/" + server + "/os-instance-actions";
  const Json newest = demo.get(path).body.at("instanceActions").at(0);
  REQUIRE(newest.at("action") == "createImage");
  const Json shown = demo.get(path + "/" + newest.at("request_id").get<std::string>()).body.at("instanceAction");
  return !shown.at("events").empty() && !shown.at("events").at(0).at("result").is_null();
}

/// While it is there, each qemu-img that is started hangs, until an interrupt ends it.
class HangingTool {
 public:
  explicit HangingTool(const Desk& desk) : path_(std::getenv("PATH")) {
    desk.write_tool("exec sleep 50");
    ::setenv("PATH", ((desk / "tools").string() + ":" + path_).c_str(), 1);
  }
  ~HangingTool() {
    ::setenv("PATH", path_.c_str(), 1);
    clear_interrupt();
  }
  HangingTool(const HangingTool&) = delete;
  HangingTool& operator=(const HangingTool&) = delete;

 private:
  std::string path_;
};

/// Keeps what it is told.
class ToldStatuses final : public CloudImageWatcher {
 public:
  void session_begins() override { told.clear(); }
  void image_changed(const Cloud::Inside&, ImageId image, ImageStatus status) override { told[image] = status; }

  std::map<ImageId, ImageStatus> told;
};

/// Ends the hanging tools before the cloud waits for them.
struct InterruptAtEnd {
  ~InterruptAtEnd() { request_interrupt(); }
};

}  // namespace

TEST_CASE("when Nova tells that a snapshot has ended, its image can be downloaded", "[serve]") {
  const ServedCloud cloud;
  const ApiClient demo = cloud.user();
  const std::string server = demo.new_server();
  std::string image;
  SECTION("by the server's task") {
    image = ordered_image(demo, server);
    ask_until([&] { return has_no_task(demo.server(server)); });
  }
  SECTION("by the server's task in a list") {
    image = ordered_image(demo, server);
    ask_until([&] { return has_no_task(demo.get("/compute/v2.1/servers/detail").body.at("servers").at(0)); });
  }
  SECTION("by the result of the action's event") {
    image = ordered_image(demo, server);
    ask_until([&] { return has_result(demo, server); });
  }
  SECTION("by the cloud's rest") {
    image = ordered_image(demo, server);
    ask_until([&] { return demo.get("/_snapsim/state").body.at("at_rest").get<bool>(); });
  }
  CHECK(demo.get("/image/v2/images/" + image).body.at("status") == "active");
  CHECK(demo.get("/image/v2/images/" + image + "/file").status == 200);
}

TEST_CASE("who watches the images of a cloud has been told of all that a look at it finds", "[serve]") {
  ToldStatuses watcher;
  CloudOptions options;
  options.speed = 0;
  Cloud cloud(options);
  cloud.watch_images(&watcher);
  RequestSpec snapshot;
  snapshot.action = Action::create_image;
  snapshot.instance = cloud.create_instance({});
  snapshot.name = "snap";
  // The request and the look stand in the queue when the cloud begins with them: its time goes on between the two.
  std::promise<void> is_held;
  std::promise<void> is_over;
  std::thread holding([&] {
    cloud.look([&](const Cloud::Inside&) {
      is_held.set_value();
      is_over.get_future().wait();
    });
  });
  is_held.get_future().wait();
  const auto moment = std::chrono::milliseconds(50);
  std::thread asking([&] { static_cast<void>(cloud.put_request(snapshot)); });
  std::this_thread::sleep_for(moment);
  std::map<ImageId, ImageStatus> found;
  std::map<ImageId, ImageStatus> told;
  std::thread looking([&] {
    cloud.look([&](const Cloud::Inside& inside) {
      for (std::uint32_t i = 0; i < inside.world.image_count(); ++i) {
        found[ImageId(i)] = inside.world.glance().glance().record(ImageId(i)).status;
      }
      told = watcher.told;
    });
  });
  std::this_thread::sleep_for(moment);
  is_over.set_value();
  for (std::thread* const thread : {&holding, &asking, &looking}) thread->join();
  CHECK(found == told);
  cloud.watch_images(nullptr);
}

TEST_CASE("an image whose bytes take long holds up its own server alone, and not the end", "[serve]") {
  const Desk desk;
  const HangingTool hanging(desk);
  ServedCloud cloud;
  const InterruptAtEnd interrupt;
  const ApiClient demo = cloud.user();
  const std::string server = demo.new_server("vm-1");
  const std::string other = demo.new_server("vm-2");
  const std::string image = ordered_image(demo, server);
  std::atomic<bool> is_answered{false};
  std::thread waiting([&] {
    demo.get("/compute/v2.1/servers/" + server);
    is_answered = true;
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  CHECK_FALSE(is_answered);
  CHECK(demo.get("/image/v2/images/" + image).body.at("status") == "saving");
  CHECK(has_no_task(demo.server(other)));
  CHECK_FALSE(demo.get("/_snapsim/state").body.at("at_rest").get<bool>());
  const auto begin = std::chrono::steady_clock::now();
  cloud.stack().stop();
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(3) * patience());
  waiting.join();
}

}  // namespace snapsim::test
