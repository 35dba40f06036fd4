#include <sstream>
#include <string>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "sim/explain/report.hpp"
#include "sim/scenario/reader.hpp"

namespace snapsim::test {
namespace {

const std::string server = "d83fe963-a197-475e-9e0d-a71c708841df";
const std::string image = "90d74a80-cf0a-4c37-afee-85f3c75f51f2";

std::string compute_line(const std::string& second, const std::string& context, const std::string& message) {
  return "2026-11-24 01:00:" + second + ".000 46 INFO nova.compute.manager [" + context + "] [instance: " + server +
         "] " + message + "\n";
}

std::string glance_line(const std::string& second, const std::string& context, const std::string& request, int status) {
  return "2026-11-24 01:00:" + second + ".000 93 INFO eventlet.wsgi.server [" + context + "] 127.0.0.1 - - [x] \"" +
         request + " HTTP/1.1\" " + std::to_string(status) + " 208 0.1\n";
}

std::string text_of(const LogBook& book, const std::vector<ExplainedStory>& stories) {
  std::ostringstream out;
  write_explanation(book, stories, Detail::steps, out);
  return out.str();
}

std::vector<ExplainedStory> explained(const LogBook& book) {
  CandidateStore store;
  const std::vector<SnapshotStory> stories = find_stories(book);
  std::vector<ExplainedStory> all;
  for (const SnapshotStory& story : stories) all.push_back({story, diagnose(book, story, stories, store, 5, false)});
  return all;
}

}  // namespace

TEST_CASE("logs without a snapshot hold no story, and that is said", "[explain]") {
  LogBook book;
  book.read_text("2026-11-24 01:00:00.000 7 INFO nova.compute.manager [-] [instance: " + server +
                     "] VM Started (Lifecycle Event)\nnot a log line\n\n",
                 "a.log");
  book.read_text("", "empty.log");
  CHECK(find_stories(book).empty());
  CHECK(text_of(book, {}) ==
        "No snapshot in these logs: 3 lines of 2 files were read, none is of a createImage or createBackup request.\n");
}

TEST_CASE("the sides of a request are joined, by its own id or by the global one", "[explain]") {
  LogBook book;
  // glance-api knows the request of Nova as the global one, and has an id of its own.
  book.read_text(glance_line("04", "req-nova req-g2 u p - - d d", "PUT /v2/images/" + image + "/file", 204) +
                     glance_line("03", "req-nova req-g1 u p - - d d", "PATCH /v2/images/" + image, 200) +
                     glance_line("03", "req-other req-g9 u p - - d d", "POST /v2/images", 201),
                 "glance.log");
  book.read_text(compute_line("02", "None req-nova u p - - d d", "instance snapshotting"), "compute.log");
  const std::vector<SnapshotStory> stories = find_stories(book);
  REQUIRE(stories.size() == 1);
  CHECK(stories[0].request == "req-nova");
  CHECK(stories[0].instance == server);
  CHECK(stories[0].image == image);
  REQUIRE(stories[0].events.size() == 3);
  CHECK(stories[0].events[0].event.kind == EventKind::instance_snapshotting);
  CHECK(stories[0].events[1].event.kind == EventKind::glance_update);
  CHECK(stories[0].events[2].event.kind == EventKind::glance_upload);
}

TEST_CASE("two snapshots of one instance are two stories, and the second ends the first", "[explain]") {
  LogBook book;
  book.read_text(compute_line("01", "None req-a u p - - d d", "instance snapshotting") +
                     "2026-11-24 01:00:05.000 47 INFO nova.service [-] Starting compute node (version 26.2.2)\n" +
                     compute_line("10", "None req-b u p - - d d", "instance snapshotting") +
                     compute_line("12", "-", "VM Stopped (Lifecycle Event)"),
                 "compute.log");
  const std::vector<SnapshotStory> stories = find_stories(book);
  REQUIRE(stories.size() == 2);
  CHECK(stories[0].has_any(EventKind::starting_compute_node));
  CHECK_FALSE(stories[0].has_any(EventKind::vm_lifecycle));
  CHECK(stories[1].has_any(EventKind::vm_lifecycle));
}

TEST_CASE("a web server's lines join the story by the instance, the image and the time", "[explain]") {
  const auto uwsgi = [](const std::string& second, const std::string& request, int status) {
    return "[pid: 12|app: 0|req: 3/7] 10.0.0.5 () {60 vars in 1100 bytes} [Tue Nov 24 01:00:" + second + " 2026] " +
           request + " => generated 0 bytes in 12 msecs (HTTP/1.1 " + std::to_string(status) +
           ") 4 headers in 180 bytes (1 switches on core 0)\n";
  };
  const std::string context = "None req-a u p - - d d";
  const std::string action = "POST /v2.1/servers/" + server + "/action";
  LogBook book;
  book.read_text(uwsgi("01", "POST /v2/images", 503) + uwsgi("01", "POST /v2/images", 201) +
                     uwsgi("03", "PUT /v2/images/" + image + "/file", 204) + uwsgi("30", "POST /v2/images", 201) +
                     uwsgi("30", "DELETE /v2/images/" + image, 204),
                 "uwsgi-glance.log");
  book.read_text(uwsgi("01", action, 202) + uwsgi("40", action, 409), "uwsgi-nova.log");
  book.read_text(compute_line("02", context, "instance snapshotting") +
                     "2026-11-24 01:00:02.000 46 INFO nova.virt.libvirt.driver [" + context + "] [instance: " + server +
                     "] Snapshot extracted, beginning image upload\n" +
                     "2026-11-24 01:00:04.000 46 INFO nova.virt.libvirt.driver [" + context + "] [instance: " + server +
                     "] Snapshot image upload complete\n" +
                     compute_line("04", context, "Took 2.1 seconds to snapshot the instance on the hypervisor."),
                 "compute.log");
  const std::vector<SnapshotStory> stories = find_stories(book);
  REQUIRE(stories.size() == 1);
  const SnapshotStory& story = stories[0];
  CHECK(story.image == image);
  REQUIRE(story.find(EventKind::api_action_answered) != nullptr);
  CHECK(story.find(EventKind::api_action_answered)->event.number == 202);
  std::vector<std::pair<EventKind, bool>> of_glance;
  for (const StoryEvent& each : story.events) {
    if (each.side == Side::glance_api) of_glance.emplace_back(each.event.kind, each.is_foreign);
  }
  // The deletion is somebody else's, and so is the image that was made long afterwards.
  CHECK(of_glance == std::vector<std::pair<EventKind, bool>>{{EventKind::glance_create, false},
                                                             {EventKind::glance_create, false},
                                                             {EventKind::glance_upload, false},
                                                             {EventKind::glance_delete, true}});
}

TEST_CASE("what both a service and its web server say is told once", "[explain]") {
  const std::string action = "POST /v2.1/servers/" + server + "/action";
  LogBook book;
  book.read_text("2026-11-24 01:00:01.500 7 INFO nova.api.openstack.requestlog [None req-a u p - - d d] 10.0.0.5 \"" +
                     action + "\" status: 202 len: 0 microversion: 2.1 time: 0.1\n" +
                     "10.0.0.5 - - [24/Nov/2026:01:00:01 +0000] \"" + action + " HTTP/1.1\" 202 0 \"-\" \"x\"\n" +
                     "10.0.0.5 - - [24/Nov/2026:01:00:09 +0000] \"" + action + " HTTP/1.1\" 202 0 \"-\" \"x\"\n",
                 "api.log");
  book.read_text(compute_line("02", "None req-a u p - - d d", "instance snapshotting"), "compute.log");
  const std::vector<SnapshotStory> stories = find_stories(book);
  REQUIRE(stories.size() == 1);
  std::vector<std::pair<std::uint64_t, bool>> answers;
  for (const StoryEvent& each : stories[0].events) {
    if (each.event.kind == EventKind::api_action_answered) answers.emplace_back(each.event.line, each.is_foreign);
  }
  CHECK(answers == std::vector<std::pair<std::uint64_t, bool>>{{1, false}, {3, true}});
}

TEST_CASE("a log that is given twice is told once", "[explain]") {
  const std::string log = compute_line("02", "None req-a u p - - d d", "instance snapshotting") +
                          compute_line("03", "-", "VM Started (Lifecycle Event)") +
                          compute_line("03", "-", "VM Started (Lifecycle Event)");
  LogBook once;
  once.read_text(log, "compute.log");
  LogBook twice;
  twice.read_text(log, "compute.log");
  twice.read_text("not a line\n" + log, "compute.log.copy");
  const std::vector<SnapshotStory> stories = find_stories(twice);
  REQUIRE(stories.size() == 1);
  CHECK(stories[0].events.size() == 3);
  CHECK(find_stories(once).at(0).events.size() == 3);
}

TEST_CASE("an image that Glance refuses to make is found at INFO, whether its refusal has a request id or none",
          "[explain]") {
  const std::string answer =
      "2026-11-24 01:00:01.500 7 INFO nova.osapi_compute.wsgi.server [None req-a u p - - d d] "
      "10.0.0.5 \"POST /v2.1/servers/" +
      server + "/action HTTP/1.1\" status: 403 len: 482 time: 0.02\n";
  const std::string schema = glance_line("01", "None req-a u p - - d d", "GET /v2/schemas/image", 200);
  const std::string refusal = glance_line("01", "-", "POST /v2/images", 401);
  for (const std::string& of_glance : {schema, refusal, schema + refusal}) {
    INFO(of_glance);
    LogBook book;
    book.read_text(answer, "api.log");
    book.read_text(of_glance, "glance.log");
    const std::vector<ExplainedStory> stories = explained(book);
    REQUIRE(stories.size() == 1);
    const Diagnosis& diagnosis = stories[0].diagnosis;
    const bool is_first = diagnosis.causes.at(0).name == "glance.create.unauthorized";
    const bool is_second = diagnosis.causes.at(1).name == "glance.create.unauthorized";
    CHECK((is_first || is_second));
    CHECK(diagnosis.state.api_status == 403);
    CHECK(diagnosis.state.image_status == "absent");
  }
  // Another action that was refused, and another image's look at the schema, are no snapshot.
  LogBook other;
  other.read_text(answer, "api.log");
  other.read_text(glance_line("01", "None req-a u p - - d d", "GET /v2/images/" + image, 404) + schema, "glance.log");
  CHECK(find_stories(other).empty());
  LogBook alone;
  alone.read_text(answer, "api.log");
  CHECK(find_stories(alone).empty());
}

TEST_CASE("nova-compute's log alone tells of a killed qemu-img, what is left, and gives a scenario of it",
          "[explain]") {
  LogBook book;
  const std::string context = "None req-a u p - - d d";
  book.read_text(
      compute_line("01", context, "instance snapshotting") + compute_line("01", "-", "VM Paused (Lifecycle Event)") +
          "2026-11-24 01:00:02.000 46 INFO nova.virt.libvirt.driver [" + context + "] [instance: " + server +
          "] Beginning cold snapshot process\n" + compute_line("03", "-", "VM Started (Lifecycle Event)") +
          compute_line("03", "-", "VM Resumed (Lifecycle Event)") +
          compute_line("03", context,
                       "Successfully reverted task state from image_pending_upload on failure for instance.") +
          "2026-11-24 01:00:03.000 46 ERROR oslo_messaging.rpc.server [" + context +
          "] Exception during message handling: nova.exception.ImageUnacceptable: Image /i/disk is unacceptable: "
          "Unable "
          "to convert image to qcow2: Unexpected error while running command.\n" +
          "2026-11-24 01:00:03.000 46 ERROR oslo_messaging.rpc.server Exit code: -9\n" +
          compute_line("59", "-", "VM Stopped (Lifecycle Event)"),
      "compute.log");
  const std::vector<ExplainedStory> stories = explained(book);
  REQUIRE(stories.size() == 1);
  const Diagnosis& diagnosis = stories[0].diagnosis;
  CHECK(diagnosis.causes.front().name == "disk.extract.killed");
  CHECK_FALSE(diagnosis.is_success);
  CHECK(diagnosis.state.event == "Error");
  CHECK(diagnosis.state.guest_reason == "restored");
  const std::string text = text_of(book, stories);
  CHECK(text.find("disk.extract.killed at disk.extract 1") != std::string::npos);
  CHECK(text.find("compute.log:6") != std::string::npos);
  std::ostringstream json;
  write_explanation_json(book, stories, json);
  const auto object = nlohmann::json::parse(json.str());
  CHECK(object["snapshots"][0]["causes"][0]["faults"][0]["at"] == "disk.extract.killed");
  std::ostringstream mermaid;
  write_explanation_mermaid(book, stories, mermaid);
  CHECK(mermaid.str().starts_with("sequenceDiagram\n"));
  const ScenarioOrProblems reading = read_scenario(scenario_file_of(stories[0]), "found.json");
  REQUIRE(reading.has_value());
  CHECK(reading->faults.size() == 1);
}

}  // namespace snapsim::test
