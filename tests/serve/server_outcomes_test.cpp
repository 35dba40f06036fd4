// The fault points behind Nova's API, each ordered of a served cloud: what a client sees of it there.

#include <chrono>
#include <thread>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "tests/main/program.hpp"
#include "tests/serve/support.hpp"

namespace snapsim::test {
namespace {

struct SeenOutcome {
  const char* faults;  ///< in JSON, as a client orders them
  const char* before;  ///< an action that has succeeded before they are ordered; empty: none
  const char* action;
  /// The action's answer; the server's status, and its task where one is left; the images named "snap", and the result
  /// of the action's event.
  const char* seen;
};

constexpr SeenOutcome outcomes[] = {
    {R"([{"at": "glance.create.unavailable", "nth": "every"}])", "", "createImage", "500; ACTIVE; no image; no action"},
    {R"([{"at": "glance.create.unavailable"}])", "", "createImage",
     "202; ACTIVE; image active; compute_snapshot_instance Success"},
    {R"([{"at": "glance.create.unauthorized"}])", "", "createImage", "403; ACTIVE; no image; no action"},
    {R"([{"at": "glance.create.refused", "nth": "every"}])", "", "createImage", "500; ACTIVE; no image; no action"},
    {R"([{"at": "glance.get.not_found"}])", "", "createImage",
     "202; ACTIVE; image queued; compute_snapshot_instance Success"},
    {R"([{"at": "glance.update.error"}])", "", "createImage",
     "202; ACTIVE; no image; Error: compute_snapshot_instance Error"},
    {R"([{"at": "glance.upload.unavailable", "nth": "every"}])", "", "createImage",
     "202; ACTIVE; no image; Error: compute_snapshot_instance Error"},
    {R"([{"at": "glance.upload.store_full"}])", "", "createImage",
     "202; ACTIVE; no image; Error: compute_snapshot_instance Error"},
    {R"([{"at": "glance.upload.reset", "after_bytes": 65536}])", "", "createImage",
     "202; ACTIVE; image active; compute_snapshot_instance Success"},
    {R"([{"at": "glance.upload.gone"}])", "", "createImage",
     "202; ACTIVE; no image; Error: compute_snapshot_instance Error"},
    {R"([{"at": "disk.extract.exit"}, {"at": "glance.delete.error"}])", "", "createImage",
     "202; ACTIVE; image queued; Error: compute_snapshot_instance Error"},
    {R"([{"at": "glance.crash", "during": {"operation": "glance.upload"}}])", "", "createImage",
     "202; ACTIVE; no image; Error: compute_snapshot_instance Error"},
    {R"([{"at": "compute.crash", "during": {"operation": "disk.extract"}}])", "", "createImage",
     "202; ACTIVE; image queued; compute_snapshot_instance -"},
    {R"([{"at": "compute.crash", "during": {"operation": "glance.upload"}}])", "", "createImage",
     "202; ACTIVE; image queued; compute_snapshot_instance -"},
    {R"([{"at": "api.crash", "after": {"operation": "glance.create"}}])", "", "createImage",
     "0; ACTIVE; image queued; no action"},
    {R"([{"at": "queue.crash", "before": {"operation": "queue.deliver"}}])", "", "createImage",
     "202; ACTIVE image_snapshot_pending; image queued; no event"},
    {R"([{"at": "queue.cast.lost"}])", "", "createImage", "202; ACTIVE image_snapshot_pending; image queued; no event"},
    {R"([{"at": "queue.cast.duplicated"}])", "", "createImage",
     "202; ACTIVE; image active; compute_snapshot_instance Success"},
    {R"([{"at": "queue.cast.duplicated", "delay_ms": 600000, "new_id": true}])", "", "createImage",
     "202; ACTIVE; no image; Error: compute_snapshot_instance Success + compute_snapshot_instance Error"},
    {R"([{"at": "queue.cast.delayed", "delay_ms": 60000}])", "", "createImage",
     "202; ACTIVE; image active; compute_snapshot_instance Success"},
    {R"([{"at": "queue.cast.reordered"}])", "", "createImage",
     "202; ACTIVE; image active; compute_snapshot_instance Success"},
    {R"([{"at": "db.save.error"}])", "", "createImage", "500; ACTIVE; image queued; no action"},
    {R"([{"at": "db.save.error", "nth": 2}])", "", "createImage",
     "500; ACTIVE image_snapshot_pending; image queued; no action"},
    {R"([{"at": "db.save.retry_once"}])", "", "createImage",
     "202; ACTIVE; image active; compute_snapshot_instance Success"},
    {R"([{"at": "hypervisor.suspend.error"}])", "", "suspend",
     "202; ERROR, fault 500; Error: compute_suspend_instance Error"},
    {R"([{"at": "hypervisor.suspend.timeout"}])", "", "suspend",
     "202; ERROR, fault 500; Error: compute_suspend_instance Error"},
    {R"([{"at": "hypervisor.resume.error"}])", "suspend", "resume",
     "202; ERROR, fault 500; Error: compute_resume_instance Error"},
    {R"([{"at": "hypervisor.resume.timeout"}])", "suspend", "resume",
     "202; ERROR, fault 500; Error: compute_resume_instance Error"},
    {R"([{"at": "hypervisor.pause.error"}])", "", "pause", "202; ACTIVE; Error: compute_pause_instance Error"},
    {R"([{"at": "hypervisor.unpause.error"}])", "pause", "unpause",
     "202; PAUSED; Error: compute_unpause_instance Error"},
    {R"([{"at": "hypervisor.unpause.timeout", "after_effect": true}])", "pause", "unpause",
     "202; PAUSED; Error: compute_unpause_instance Error"},
    {R"([{"at": "hypervisor.guest.vanishes", "during": {"operation": "hypervisor.block_copy"}}])", "", "createImage",
     "202; ACTIVE image_pending_upload; no image; compute_snapshot_instance Success"},
    {R"([{"at": "hypervisor.guest.shuts_down", "during": {"operation": "glance.upload"}}])", "", "createImage",
     "202; SHUTOFF; image active; compute_snapshot_instance Success"},
    {R"([{"at": "hypervisor.block_copy.error"}])", "", "createImage",
     "202; ACTIVE; no image; Error: compute_snapshot_instance Error"},
    {R"([{"at": "hypervisor.block_copy.not_started_yet"}])", "", "createImage",
     "202; ACTIVE; image active; compute_snapshot_instance Success"},
    {R"([{"at": "hypervisor.block_copy.lost"}])", "", "createImage",
     "202; ACTIVE; image active; compute_snapshot_instance Success"},
    {R"([{"at": "guest_agent.freeze.unavailable"}])", "", "createImage",
     "202; ACTIVE; image active; compute_snapshot_instance Success"},
    {R"([{"at": "guest_agent.thaw.error"}])", "", "createImage",
     "202; ACTIVE; no image; Error: compute_snapshot_instance Error"},
    {R"([{"at": "disk.extract.exit"}])", "", "createImage",
     "202; ACTIVE; no image; Error: compute_snapshot_instance Error"},
    {R"([{"at": "disk.extract.killed", "after_bytes": 1000}])", "", "createImage",
     "202; ACTIVE; no image; Error: compute_snapshot_instance Error"},
    {R"([{"at": "disk.extract.full"}])", "", "createImage",
     "202; ACTIVE; no image; Error: compute_snapshot_instance Error"},
    {R"([{"at": "disk.extract.hang"}])", "", "createImage",
     "202; ACTIVE image_pending_upload; image queued; compute_snapshot_instance -"},
    {R"([{"at": "disk.cleanup.error"}])", "", "createImage",
     "202; ACTIVE; image active; compute_snapshot_instance Success"},
};

/// An image whose servers have an agent in them.
std::string image_with_agent(const ApiClient& demo) {
  const Json image{
      {"name", "agent"}, {"disk_format", "raw"}, {"container_format", "bare"}, {"hw_qemu_guest_agent", "yes"}};
  const std::string id = demo.post("/image/v2/images", image).body.at("id");
  demo.send("PUT", "/image/v2/images/" + id + "/file", "a disk", {{"Content-Type", "application/octet-stream"}});
  return id;
}

void come_to_rest(const ApiClient& demo) {
  const auto end = std::chrono::steady_clock::now() + long_enough;
  while (!demo.get("/_snapsim/state").body.at("at_rest").get<bool>()) {
    REQUIRE(std::chrono::steady_clock::now() < end);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

/// Statuses of the images of that name.
std::string images_seen(const ApiClient& demo, const std::string& name) {
  std::string seen;
  const Json listed = demo.get("/image/v2/images?name=" + name).body;
  for (const Json& image : listed.at("images")) {
    seen += (seen.empty() ? "image " : " + ") + image.at("status").get<std::string>();
  }
  return seen.empty() ? "no image" : seen;
}

/// The newest action of that name as `openstack server event show` has it: its message, and the results of its events.
std::string event_seen(const ApiClient& demo, const std::string& server, const std::string& name) {
  const std::string path = "/compute/v2.1/servers/" + server + "/os-instance-actions";
  const Json listed = demo.get(path).body;
  for (const Json& action : listed.at("instanceActions")) {
    if (action.at("action") != name) continue;
    const Json shown = demo.get(path + "/" + action.at("request_id").get<std::string>()).body.at("instanceAction");
    std::string seen = shown.at("message").is_null() ? "" : shown.at("message").get<std::string>() + ": ";
    if (shown.at("events").empty()) return seen + "no event";
    for (const Json& event : shown.at("events")) {
      if (event != shown.at("events").front()) seen += " + ";
      const Json& result = event.at("result");
      seen += event.at("event").get<std::string>() + " " + (result.is_null() ? "-" : result.get<std::string>());
    }
    return seen;
  }
  return "no action";
}

}  // namespace

TEST_CASE("a client sees of each fault behind Nova what the real services show of it", "[serve]") {
  const ServedCloud cloud;
  const ApiClient demo = cloud.user().at("2.45");
  const std::string image = image_with_agent(demo);
  int number = 0;
  for (const SeenOutcome& outcome : outcomes) {
    CAPTURE(outcome.faults);
    const std::string name = fmt::format("snap-{}", ++number);
    const Json wanted{{"name", name}, {"flavorRef", "1"}, {"imageRef", image}, {"networks", "none"}};
    const std::string id = demo.post("/compute/v2.1/servers", {{"server", wanted}}).body.at("server").at("id");
    if (outcome.before[0] != 0) REQUIRE(demo.act(id, {{outcome.before, nullptr}}).status == 202);
    come_to_rest(demo);
    REQUIRE(demo.post("/_snapsim/faults", Json::parse(outcome.faults)).status == 201);
    const bool makes_image = std::string(outcome.action) == "createImage";
    const Answer answer = demo.act(id, {{outcome.action, makes_image ? Json{{"name", name}} : Json(nullptr)}});
    come_to_rest(demo);
    const Json server = demo.server(id);
    std::string seen = fmt::format("{}; {}", answer.status, server.at("status").get<std::string>());
    const Json& task = server.at("OS-EXT-STS:task_state");
    if (!task.is_null()) seen += " " + task.get<std::string>();
    if (server.contains("fault")) seen += fmt::format(", fault {}", server.at("fault").at("code").get<int>());
    if (makes_image) seen += "; " + images_seen(demo, name);
    seen += "; " + event_seen(demo, id, outcome.action);
    CHECK(seen == outcome.seen);
    const Json planned = demo.get("/_snapsim/faults").body;
    for (const Json& fault : planned.at("faults")) CHECK(fault.at("happened") > 0);
    CHECK(demo.del("/_snapsim/faults").status == 204);
  }
}

}  // namespace snapsim::test
