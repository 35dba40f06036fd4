// What `run` prints and leaves.

#include <nlohmann/json.hpp>

#include "tests/main/program.hpp"

namespace snapsim::test {
namespace {

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("a run on model disks leaves exactly its logs, trace and result", "[main]") {
  const Desk desk;
  desk.write("a.json", small_scenario());
  const Ended ended = desk.bash("snapsim run a.json --disks model");
  CHECK(ended.status == 0);
  CHECK(ended.err.empty());
  CHECK(ended.out.find("CONSISTENT") != std::string::npos);
  CHECK(desk.names_in("snapsim-out") == Names{"a"});
  CHECK(desk.names_in("snapsim-out/a") == result_files());
  CHECK(desk.processes().empty());
}

TEST_CASE("a run on real disks also leaves the image, which is a good one", "[main]") {
  const Desk desk;
  desk.write("a.json", small_scenario());
  const Ended ended =
      desk.bash("snapsim run a.json --out o -q && qemu-img check -q o/a/snap-1.qcow2 && md5sum o/a/*.qcow2");
  REQUIRE(ended.status == 0);
  Names files = result_files();
  files.insert(files.begin() + 4, "snap-1.qcow2");
  CHECK(desk.names_in("o") == Names{"a"});
  CHECK(desk.names_in("o/a") == files);
  const auto result = nlohmann::json::parse(desk.read("o/a/result.json"));
  const auto& image = result["runs"][0]["images"]["snap-1"];
  CHECK(image["size"] == std::filesystem::file_size(desk / "o/a/snap-1.qcow2"));
  CHECK(ended.out.find(image["checksum"].get<std::string>()) != std::string::npos);
  CHECK(desk.processes().empty());
}

TEST_CASE("--keep-disks also leaves the guests' disks", "[main]") {
  const Desk desk;
  desk.write("a.json", small_scenario());
  CHECK(desk.bash("snapsim run a.json --keep-disks -q && qemu-img check -q snapsim-out/a/disks/vm-1.qcow2").status ==
        0);
  CHECK(desk.names_in("snapsim-out/a/disks") == Names{"vm-1.qcow2"});
}

TEST_CASE("--json prints exactly one object, the one that result.json holds", "[main]") {
  const Desk desk;
  desk.write("a.json", small_scenario());
  const Ended ended = desk.bash("snapsim run a.json --disks model --json --color always");
  CHECK(ended.status == 0);
  CHECK(ended.err.empty());
  CHECK(ended.out == desk.read("snapsim-out/a/result.json"));
  const auto result = nlohmann::json::parse(ended.out);
  CHECK(result["verdict"] == "consistent");
  CHECK(result["runs"].size() == 1);
  CHECK(result["runs"][0]["scenario"] == "a.json");
  CHECK(result["runs"][0]["disks"] == "model");
}

TEST_CASE("real and model disks give the same trace", "[main]") {
  const Desk desk;
  desk.write("a.json", small_scenario());
  const Ended ended = desk.bash(
      "snapsim run a.json -q --out real && snapsim run a.json -q --disks model --out model &&"
      "cmp real/a/trace.jsonl model/a/trace.jsonl");
  CHECK(ended.status == 0);
}

TEST_CASE("quiet prints the verdict only, and verbose more than the default", "[main]") {
  const Desk desk;
  desk.write("a.json", small_scenario());
  const std::string quiet = desk.bash("snapsim run a.json --disks model -q").out;
  const std::string usual = desk.bash("snapsim run a.json --disks model").out;
  const std::string verbose = desk.bash("snapsim run a.json --disks model -v").out;
  CHECK(quiet == "CONSISTENT: every invariant and expectation held\n");
  CHECK(verbose.size() > usual.size());
}

TEST_CASE("colours are for terminals, and NO_COLOR is honoured there", "[main]") {
  const Desk desk;
  desk.write("a.json", small_scenario());
  const auto has_color = [&](const std::string& environment, const std::string& options, bool terminal) {
    const std::string command = SNAPSIM_PROGRAM " run a.json --disks model " + options;
    const std::string line = terminal ? "script -qec '" + command + "' /dev/null" : command;
    return desk.bash(environment + " " + line).out.find("\x1b[") != std::string::npos;
  };
  CHECK_FALSE(has_color("", "", false));
  CHECK(has_color("", "--color always", false));
  CHECK(has_color("NO_COLOR=1", "--color always", false));
  if (desk.bash("command -v script").status != 0) return;
  CHECK(has_color("TERM=xterm", "", true));
  CHECK(has_color("TERM=xterm NO_COLOR=", "", true));
  CHECK_FALSE(has_color("TERM=xterm NO_COLOR=1", "", true));
  CHECK_FALSE(has_color("TERM=xterm", "--color never", true));
  CHECK_FALSE(has_color("TERM=dumb", "", true));
}

TEST_CASE("a scenario can come from standard input", "[main]") {
  const Desk desk;
  desk.write("a.json", small_scenario());
  CHECK(desk.bash("snapsim run - --disks model -q < a.json").status == 0);
  CHECK(desk.names_in("snapsim-out") == Names{"stdin"});
  const Ended empty = desk.bash("snapsim run - --disks model -q");
  CHECK(empty.status == 2);
  CHECK(empty.err.starts_with("-:1:1: /"));
}

TEST_CASE("files of one name get folders of their own", "[main]") {
  const Desk desk;
  for (const char* file : {"x/a.json", "y/a.json", "a-2.json", "..json", "a b\n.json"})
    desk.write(file, small_scenario());
  CHECK(desk.bash("snapsim run x/a.json y/a.json a-2.json x/a.json ..json 'a b\n.json' --disks model -q").status == 0);
  CHECK(desk.names_in("snapsim-out") == Names{"_", "a", "a-2", "a-2-2", "a-3", "a_b_"});
}

TEST_CASE("a file whose name looks like an option can be run after --", "[main]") {
  const Desk desk;
  desk.write("-q.json", small_scenario(R"(, "expect": { "images": { "snap-1": { "status": "killed" } } })"));
  const Ended ended = desk.bash("snapsim run --disks model -- -q.json");
  CHECK(ended.status == 1);
  CHECK(ended.out.find("./snapsim replay './-q.json#p=nova,s=0,c='") != std::string::npos);
}

TEST_CASE("a seed gives the same run each time", "[main]") {
  const Desk desk;
  desk.write("a.json", small_scenario());
  const auto token = [&](const std::string& options) {
    const auto result = nlohmann::json::parse(desk.bash("snapsim run a.json --disks model --json " + options).out);
    return result["runs"][0]["fingerprint"].get<std::string>();
  };
  CHECK(token("--seed 7") == token("--seed 7"));
  CHECK(token("--seed 0") == token(""));
}

TEST_CASE("a run replaces the result of an earlier one, and nothing else", "[main]") {
  const Desk desk;
  desk.write("a.json", small_scenario());
  desk.write("snapsim-out/b/kept", "x");
  REQUIRE(desk.bash("snapsim run a.json -q").status == 0);
  REQUIRE(desk.names_in("snapsim-out/a").size() == 6);
  REQUIRE(desk.bash("snapsim run a.json -q --disks model").status == 0);
  CHECK(desk.names_in("snapsim-out/a") == result_files());
  CHECK(desk.names_in("snapsim-out") == Names{"a", "b"});
  CHECK(desk.read("snapsim-out/b/kept") == "x");
}

TEST_CASE("a folder that is not the result of a run is never replaced", "[main]") {
  const Desk desk;
  desk.write("src.json", small_scenario());
  desk.write("src/precious", "x");
  const Ended folder = desk.bash("snapsim run src.json --disks model --out .");
  CHECK(folder.status == 74);
  CHECK(folder.err.find("src: what is there is not the result of a run") != std::string::npos);
  CHECK(desk.read("src/precious") == "x");

  desk.write("a.json", small_scenario());
  desk.write("o/a", "a file");
  CHECK(desk.bash("snapsim run a.json --disks model --out o").status == 74);
  CHECK(desk.read("o/a") == "a file");

  desk.write("elsewhere/result.json", "");
  desk.write("elsewhere/trace.jsonl", "");
  CHECK(desk.bash("mkdir p && ln -s ../elsewhere p/a && snapsim run a.json --disks model --out p").status == 74);
  CHECK(desk.names_in("elsewhere") == Names{"result.json", "trace.jsonl"});
}

}  // namespace snapsim::test
