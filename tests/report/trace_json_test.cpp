#include "sim/report/trace_json.hpp"

#include <map>
#include <regex>
#include <sstream>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "sim/report/text.hpp"
#include "tests/report/sample_trace.hpp"

namespace snapsim {
namespace {

using Json = nlohmann::ordered_json;

std::vector<Json> objects_of(const SampleRun& run) {
  std::ostringstream out;
  write_trace_json(run.record(), out);
  std::vector<Json> objects;
  for (const std::string& line : lines_of(out.str())) objects.push_back(Json::parse(line));
  return objects;
}

std::vector<std::string> keys_of(const Json& object) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : object.items()) keys.push_back(key);
  return keys;
}

}  // namespace

TEST_CASE("each record is one JSON object on a line", "[report]") {
  const SampleRun run = every_record_run();
  const std::vector<Json> objects = objects_of(run);
  REQUIRE(objects.size() == run.trace.size());
  const std::vector<std::string> common{"virtual_us", "kind", "component", "host", "instance", "image", "request"};
  std::map<std::string, std::vector<std::string>> keys_by_kind;
  for (std::size_t i = 0; i < objects.size(); ++i) {
    std::vector<std::string> keys = keys_of(objects[i]);
    REQUIRE(keys.size() >= common.size());
    CHECK(std::vector<std::string>(keys.begin(), keys.begin() + static_cast<long>(common.size())) == common);
    CHECK(objects[i]["virtual_us"] == run.trace[i].virtual_us);
    // Which keys there are follows from the kind alone.
    const auto [known, is_new] = keys_by_kind.try_emplace(objects[i]["kind"].get<std::string>(), keys);
    CHECK(known->second == keys);
  }
  CHECK(keys_by_kind.size() == static_cast<std::size_t>(TraceKind::choice) + 1);
}

TEST_CASE("a trace in JSON has names for numbers", "[report]") {
  const std::vector<Json> objects = objects_of(happy_cold_run());
  const auto first = [&objects](const std::string& kind) {
    for (const Json& object : objects) {
      if (object["kind"] == kind) return object;
    }
    return Json();
  };
  const Json written = first("task_state_written");
  CHECK(written["component"] == "nova-api");
  CHECK(written["instance"] == "vm-1");
  CHECK(written["task_state"] == "image_snapshot_pending");
  CHECK(written["was"] == nullptr);
  CHECK(written["guarded"] == true);
  CHECK(written["request"] == 0);
  CHECK(written["host"] == nullptr);
  CHECK(first("guest_changed")["host"] == "compute-1");
  CHECK(first("guest_changed")["managed_save"] == true);
  CHECK(first("image_status")["image"] == "snap-1");
  CHECK(first("image_status")["was"] == nullptr);
  CHECK(first("command")["took_us"] == nullptr);
  CHECK(first("command")["destination"].get<std::string>().starts_with("/opt/stack/data/snapshots/tmp"));
  CHECK(first("notification")["event_type"] == "instance.snapshot.start");
  CHECK(first("log")["logger"] == "nova.api.openstack.wsgi");
}

TEST_CASE("a trace in JSON keeps every name that is UTF-8", "[report]") {
  for (const std::string& name : nasty_names()) {
    const std::vector<Json> objects = objects_of(renamed(happy_cold_run(), name));
    CHECK(objects[1]["instance"] == valid_utf8(name));
  }
}

TEST_CASE("a million records are written in one pass", "[report][.slow]") {
  const SampleRun run = crowded_run(1000, 250);
  CHECK(run.trace.size() > 1'000'000);
  std::ostringstream out;
  write_trace_json(run.record(), out);
  CHECK(out.str().size() > 100'000'000);
}

}  // namespace snapsim
