// A run is told, replayed from what it printed, and exported.

#include <nlohmann/json.hpp>

#include "tests/main/program.hpp"

namespace snapsim::test {
namespace {

using Names = std::vector<std::string>;

constexpr const char* wrong_expectation = R"(, "expect": { "images": { "snap-1": { "status": "killed" } } })";
constexpr const char* wrong_violates = R"(, "violates": ["no_orphan_image"])";

/// The last line of a story that failed: the command that does the run again.
std::string replay_command_in(const std::string& story) {
  const std::size_t at = story.rfind("./snapsim replay ");
  REQUIRE(at != std::string::npos);
  return story.substr(at);
}

std::string fingerprint_in(const std::string& json) {
  return nlohmann::json::parse(json)["runs"][0]["fingerprint"];
}

}  // namespace

TEST_CASE("a failed expectation gives status 1, and the command to replay it gives the same run", "[main]") {
  const Desk desk;
  for (const std::string more : {wrong_expectation, wrong_violates}) {
    for (const std::string options : {"--disks model", "--disks model --seed 12", "--seed 7"}) {
      CAPTURE(more, options);
      desk.write("it's a file.json", small_scenario(more));
      const Ended run = desk.bash("snapsim run \"it's a file.json\" --out first " + options);
      CHECK(run.status == 1);
      CHECK(run.err.empty());
      CHECK(run.out.find("EXPECTATION FAILED") != std::string::npos);
      const std::string first = fingerprint_in(desk.read("first/it_s_a_file/result.json"));
      const Ended replay = desk.bash(replay_command_in(run.out));
      CHECK(replay.status == 1);
      CHECK(replay.err.empty());
      CHECK(fingerprint_in(desk.read("snapsim-out/it_s_a_file/result.json")) == first);
      CHECK(replay_command_in(replay.out) == replay_command_in(run.out));
      const Ended quiet = desk.bash("snapsim run -q \"it's a file.json\" " + options);
      CHECK(replay_command_in(quiet.out) == replay_command_in(run.out));
    }
  }
}

TEST_CASE("two runs are compared up to where they part, and why", "[main]") {
  const Desk desk;
  desk.write("a.json", small_scenario());
  desk.write("b.json", small_scenario(R"(, "faults": [{ "at": "glance.upload.error" }])"));
  const Ended same = desk.bash("snapsim diff a.json a.json");
  CHECK(same.status == 0);
  CHECK(same.out == "every step of the two runs is the same\n");
  const Ended fault = desk.bash("snapsim diff a.json b.json");
  CHECK(fault.status == 1);
  CHECK(fault.out.find("the fault glance.upload.error happens only in the second run\n") != std::string::npos);
  CHECK(fault.out.find("snap-1 status: active, absent\n") != std::string::npos);
  const auto policy = nlohmann::json::parse(desk.bash("snapsim diff a.json 'a.json#p=hardened,s=0,c=' --json").out);
  CHECK(policy["same"] == false);
  CHECK(policy["cause"] == "of what was asked for, these differ: policy, config");
  CHECK(policy["ends"].empty());
  CHECK(desk.bash("snapsim diff a.json").status == 2);
  CHECK(desk.bash("snapsim diff a.json a.json a.json").status == 2);
  CHECK(desk.bash("snapsim diff a.json missing.json").status == 2);
}

TEST_CASE("a result holds the replay command, its token and its choices", "[main]") {
  const Desk desk;
  desk.write("a.json", small_scenario());
  const auto run = nlohmann::json::parse(desk.bash("snapsim run a.json --disks model --json").out)["runs"][0];
  CHECK(run["token"] == "a.json#p=nova,s=0,c=");
  CHECK(run["replay"] == "./snapsim replay 'a.json#p=nova,s=0,c='");
  const auto again = nlohmann::json::parse(desk.bash(run["replay"].get<std::string>() + " --json").out)["runs"][0];
  CHECK(again["fingerprint"] == run["fingerprint"]);
  CHECK(again["disks"] == "qcow2");
}

TEST_CASE("a run is replayed from its file, its folder and standard input", "[main]") {
  const Desk desk;
  desk.write("a.json", small_scenario());
  const std::string wanted = fingerprint_in(desk.bash("snapsim run a.json --disks model --json").out);
  for (const std::string line :
       {"snapsim replay a.json", "snapsim replay snapsim-out/a", "snapsim replay snapsim-out/a/",
        "snapsim replay - < a.json", "snapsim replay '-#p=nova,s=0,c=' < a.json"}) {
    CAPTURE(line);
    const Ended replay = desk.bash(line.substr(0, line.find(" <")) + " --disks model --json --out o" +
                                   (line.find('<') == std::string::npos ? "" : " < a.json"));
    CHECK(replay.status == 0);
    CHECK(fingerprint_in(replay.out) == wanted);
  }
}

TEST_CASE("a replay says where it is not the same run, with status 4", "[main]") {
  const Desk desk;
  desk.write("a.json", small_scenario());
  const Ended choices = desk.bash("snapsim replay 'a.json#p=nova,s=0,c=0*100000.1' --disks model -q");
  CHECK(choices.status == 4);
  CHECK(choices.err.find("leaves the given choices at choice ") != std::string::npos);

  REQUIRE(desk.bash("snapsim run a.json --disks model -q").status == 0);
  desk.write("a.json", small_scenario(R"(, "config": { "live_snapshot": false })"));
  for (const std::string verb : {"replay --disks model -q --out o", "export"}) {
    const Ended changed = desk.bash("snapsim " + verb + " snapsim-out/a");
    CHECK(changed.status == 4);
    CHECK(changed.err.find("has changed since") != std::string::npos);
  }
  CHECK(desk.bash("snapsim replay snapsim-out/a --policy hardened --disks model -q --out o").status == 0);
}

TEST_CASE("the policy and the seed of the command line stand in place of the token's", "[main]") {
  const Desk desk;
  desk.write("a.json", small_scenario());
  const auto run = nlohmann::json::parse(
      desk.bash("snapsim replay 'a.json#p=nova,s=0,c=' --policy hardened --seed 3 --disks model --json")
          .out)["runs"][0];
  CHECK(run["policy"] == "hardened");
  CHECK(run["seed"] == 3);
}

TEST_CASE("a bad token or folder is explained with status 2, and nothing is written", "[main]") {
  const Desk desk;
  desk.write("a.json", small_scenario());
  desk.write("empty/file", "");
  desk.write("broken/result.json", "{ \"runs\": [ { \"token\": 7 } ] }");
  for (const std::string verb : {"replay", "export"}) {
    for (const std::string run :
         {"a.json#p=nova", "a.json#p=nova,s=x,c=", "a.json#p=nova,s=1,c=0*99999999999",
          "a.json#p=nowa,s=1,c=", "a.json#", "b.json#p=nova,s=0,c=", "b.json", "empty", "broken"}) {
      CAPTURE(verb, run);
      const Ended ended = desk.bash("snapsim " + verb + " '" + run + "'");
      CHECK(ended.status == 2);
      CHECK(ended.out.empty());
      CHECK_FALSE(ended.err.empty());
    }
  }
  CHECK(desk.names_in(".") == Names{"a.json", "broken", "empty", "snapsim"});
}

TEST_CASE("a file whose name looks like a token is a file", "[main]") {
  const Desk desk;
  desk.write("a#p=nova,s=0,c=", small_scenario());
  CHECK(desk.bash("snapsim replay 'a#p=nova,s=0,c=' --disks model -q").status == 0);
}

TEST_CASE("a file, a token and a result folder export the same", "[main]") {
  const Desk desk;
  desk.write("a.json", small_scenario());
  REQUIRE(desk.bash("snapsim run a.json -q && snapsim run a.json -q --disks model --out model").status == 0);
  for (const std::string form : {"mermaid", "plantuml", "html", "perfetto", "shiviz", "logs", "trace"}) {
    CAPTURE(form);
    const Ended of_file = desk.bash("snapsim export a.json --as " + form);
    CHECK(of_file.status == 0);
    CHECK(of_file.err.empty());
    CHECK_FALSE(of_file.out.empty());
    CHECK(desk.bash("snapsim export 'a.json#p=nova,s=0,c=' --as " + form).out == of_file.out);
    CHECK(desk.bash("snapsim export model/a --as " + form).out == of_file.out);
  }
  CHECK(desk.bash("snapsim export a.json").out.find("sequenceDiagram") != std::string::npos);
  CHECK(desk.bash("snapsim export snapsim-out/a --as trace | cmp - snapsim-out/a/trace.jsonl").status == 0);
  // With real disks the logs tell of other hashes.
  CHECK(desk.bash("snapsim export snapsim-out/a --as logs").out ==
        desk.bash("cd snapsim-out/a; cat n-api.log n-cpu.log g-api.log").out);
  CHECK(desk.bash("rm snapsim-out/a/n-cpu.log; snapsim export snapsim-out/a --as logs").status == 74);
}

TEST_CASE("export writes no file", "[main]") {
  const Desk desk;
  desk.write("a.json", small_scenario());
  CHECK(desk.bash("snapsim export a.json").status == 0);
  CHECK(desk.names_in(".") == Names{"a.json", "snapsim"});
}

}  // namespace snapsim::test
