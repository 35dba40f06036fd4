#include "sim/report/result_json.hpp"

#include <array>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "sim/report/replay_token.hpp"
#include "sim/report/text.hpp"
#include "tests/report/sample_trace.hpp"

namespace snapsim {
namespace {

using Json = nlohmann::ordered_json;

std::vector<std::string> keys_of(const Json& object) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : object.items()) keys.push_back(key);
  return keys;
}

using Keys = std::vector<std::string>;

}  // namespace

TEST_CASE("a result has exactly the keys of the contract, in its order", "[report]") {
  const SampleRun happy = happy_cold_run();
  const SampleRun failed = failed_cold_run();
  const std::array runs{happy.record(), failed.record()};
  const Json result = result_json(runs);
  CHECK(keys_of(result) == Keys{"snapsim_version", "verdict", "runs"});
  REQUIRE(result["runs"].size() == 2);
  for (const Json& run : result["runs"]) {
    CHECK(keys_of(run) == Keys{"scenario", "title", "policy", "seed", "token", "fingerprint", "virtual_ms", "events",
                               "disks", "requests", "instances", "images", "faults", "faults_never_fired", "leftovers",
                               "violations", "replay"});
    CHECK(keys_of(run["requests"][0]) == Keys{"index", "action", "status", "image", "message"});
    CHECK(keys_of(run["instances"]["vm-1"]) ==
          Keys{"vm_state", "task_state", "power_state", "guest", "task_states", "fault", "events"});
    CHECK(keys_of(run["instances"]["vm-1"]["events"][0]) == Keys{"action", "result"});
    CHECK(keys_of(run["images"]["snap-1"]) == Keys{"status", "size", "checksum", "os_hash_value", "statuses"});
    CHECK(keys_of(run["leftovers"]) == Keys{"files", "bytes"});
  }
  CHECK(keys_of(result["runs"][1]["violations"][0]) == Keys{"invariant", "subject", "virtual_ms", "message"});
}

TEST_CASE("a result says null where there is nothing", "[report]") {
  SampleRun run = happy_cold_run();
  run.result.requests[0].status = 0;
  run.result.requests[0].image.clear();
  run.result.instances[0].events[0].result.clear();
  run.result.images[0].size.reset();
  run.result.images[0].checksum.clear();
  run.result.images[0].os_hash_value.clear();
  const Json json = run_json(run.record());
  CHECK(json["requests"][0] ==
        Json{{"index", 0}, {"action", "create_image"}, {"status", nullptr}, {"image", nullptr}, {"message", nullptr}});
  const Json& instance = json["instances"]["vm-1"];
  CHECK(instance["task_state"] == nullptr);
  CHECK(instance["fault"] == nullptr);
  CHECK(instance["events"][0]["result"] == nullptr);
  CHECK(instance["task_states"].back() == nullptr);
  CHECK(instance["task_states"].front() == "image_snapshot_pending");
  CHECK(json["images"]["snap-1"]["size"] == nullptr);
  CHECK(json["images"]["snap-1"]["checksum"] == nullptr);
  CHECK(json["images"]["snap-1"]["os_hash_value"] == nullptr);
}

TEST_CASE("a result's numbers and names are those of the run", "[report]") {
  const SampleRun run = failed_cold_run();
  const Json json = run_json(run.record());
  CHECK(json["scenario"] == "scenarios/cold_snapshot.json");
  CHECK(json["policy"] == "nova");
  CHECK(json["seed"] == 7);
  CHECK(json["fingerprint"] == "0123456789abcdeffedcba9876543210");
  CHECK(json["virtual_ms"] == run.result.virtual_us / 1000);
  CHECK(json["events"] == run.trace.size());
  CHECK(json["instances"]["vm-1"]["power_state"] == "running");
  CHECK(json["images"]["snap-1"]["status"] == "absent");
  CHECK(json["violations"][0]["invariant"] == "no_leftover_files");
  CHECK(json["violations"][0]["virtual_ms"] == 190);
  CHECK(json["token"] == replay_token(run.record()));
  CHECK(json["replay"] == "./snapsim replay 'scenarios/cold_snapshot.json#p=nova,s=7,c=0*3.1'");
}

TEST_CASE("a seed keeps all of its 64 bits", "[report]") {
  SampleRun run = happy_cold_run();
  run.result.seed = 0xffffffffffffffff;
  CHECK(run_json(run.record()).dump().find("\"seed\":18446744073709551615") != std::string::npos);
}

TEST_CASE("a result is valid UTF-8 and keeps every text that is", "[report]") {
  for (const std::string& name : nasty_names()) {
    const SampleRun run = renamed(failed_cold_run(), name);
    const Json json = run_json(run.record());
    std::string text;
    REQUIRE_NOTHROW(text = json.dump());
    CHECK(valid_utf8(text) == text);
    CHECK(Json::parse(text) == json);
    CHECK(json["title"] == valid_utf8(name));
    CHECK(json["instances"].contains(valid_utf8(name)));
  }
}

TEST_CASE("two images of one name both appear", "[report]") {
  SampleRun run = happy_cold_run();
  run.result.images.push_back(run.result.images.front());
  run.result.images.push_back(run.result.images.front());
  CHECK(keys_of(run_json(run.record())["images"]) == Keys{"snap-1", "snap-1#2", "snap-1#3"});
}

TEST_CASE("the verdict tells what an exit code tells", "[report]") {
  const auto verdict_of = [](const SampleRun& run) {
    const std::array runs{run.record()};
    return result_json(runs)["verdict"].get<std::string>();
  };
  SampleRun run = happy_cold_run();
  CHECK(verdict_of(run) == "consistent");
  run.scenario.expect.instances.push_back({0, VmState::active, TaskState::none, PowerState::running, std::nullopt});
  run.scenario.expect.images.push_back({"snap-1", "active", std::nullopt});
  run.scenario.expect.requests.push_back({0, 202});
  CHECK(verdict_of(run) == "consistent");
  run.scenario.expect.images.push_back({"snap-2", "absent", std::nullopt});
  CHECK(verdict_of(run) == "consistent");

  SECTION("an expectation that is not met") {
    run.scenario.expect.requests[0].status = 409;
    CHECK(verdict_of(run) == "expectation_failed");
    const Judgement judgement = judge(run.scenario, run.result);
    REQUIRE(judgement.failures.size() == 1);
    CHECK(judgement.failures[0].subject == "request 0");
    CHECK(judgement.failures[0].expected == "409");
    CHECK(judgement.failures[0].seen == "202");
  }
  SECTION("states in another order") {
    run.scenario.expect.instances[0].task_states = {{TaskState::image_snapshot, TaskState::none}};
    CHECK(verdict_of(run) == "expectation_failed");
  }
  SECTION("a violation that is not listed") {
    run.result.violations.push_back({"no_orphan_image", "snap-1", 0, "", {}});
    run.scenario.expect.requests[0].status = 409;
    CHECK(verdict_of(run) == "violated");
  }
  SECTION("a violation that is listed") {
    run.result.violations.push_back({"no_orphan_image", "snap-1", 0, "", {}});
    run.scenario.violates = {"no_orphan_image"};
    CHECK(verdict_of(run) == "consistent");
    run.scenario.violates.push_back("guest_thawed");
    CHECK(verdict_of(run) == "expectation_failed");
  }
  SECTION("the worst of several runs counts, unless the caller knows better") {
    SampleRun other = failed_cold_run();
    const std::array runs{run.record(), other.record(), run.record()};
    CHECK(result_json(runs)["verdict"] == "violated");
    CHECK(result_json(runs, Verdict::undecided)["verdict"] == "undecided");
  }
}

}  // namespace snapsim
