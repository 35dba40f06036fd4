// The world outside fails: places that cannot be written, tools that are missing or broken.

#include <algorithm>

#include <nlohmann/json.hpp>

#include "tests/main/program.hpp"

namespace snapsim::test {
namespace {

/// The PATH of a machine on which our qemu-img comes first.
constexpr const char* with_our_tool = "PATH=$PWD/tools:$PATH ";

/// Checks that nothing but `files` is there, and no process.
void check_left(const Desk& desk, std::vector<std::string> files) {
  files.emplace_back("snapsim");
  std::ranges::sort(files);
  CHECK(desk.names_in(".") == files);
  CHECK(desk.is_quiet_soon());
}

}  // namespace

TEST_CASE("a place that cannot be written is named, with status 74", "[main]") {
  const Desk desk;
  desk.write("a.json", small_scenario());
  desk.write("file", "x");
  for (const std::string place : {"/proc/snapsim", "/dev/null", "file", "file/below", "/sys/x/y"}) {
    for (const std::string disks : {"model", "qcow2"}) {
      CAPTURE(place, disks);
      const Ended ended = desk.bash("snapsim run a.json --disks " + disks + " --out " + place);
      CHECK(ended.status == 74);
      CHECK(ended.out.empty());
      CHECK(ended.err.starts_with("snapsim: cannot make the folder " + place));
      CHECK(ended.err.find("--out names another place") != std::string::npos);
    }
  }
  check_left(desk, {"a.json", "file"});
}

TEST_CASE("a folder that nobody may write to is named", "[main]") {
  const Desk desk;
  desk.write("a.json", small_scenario());
  // Root may write everywhere but to a file system that is mounted read-only.
  const Ended ended = desk.bash(
      "mkdir o; chmod 555 o; if [ $(id -u) != 0 ]; then snapsim run a.json -q --out o; else "
      "unshare -m sh -c 'mount -t tmpfs -o ro none o && exec \"$0\" run a.json -q --out o' " SNAPSIM_PROGRAM
      "; fi; echo $?; chmod 755 o");
  if (ended.err.find("unshare") != std::string::npos || ended.err.find("mount") != std::string::npos) return;
  CHECK(ended.out == "74\n");
  CHECK(ended.err.find("cannot make a folder in o") != std::string::npos);
}

TEST_CASE("missing folders on the way to --out are made, and removed again if the run fails", "[main]") {
  const Desk desk;
  desk.write("a.json", small_scenario());
  CHECK(desk.bash("snapsim run a.json -q --disks model --out x/y/z/").status == 0);
  CHECK(desk.names_in("x/y/z") == std::vector<std::string>{"a"});
  CHECK(desk.bash("rm -r x; mkdir x; PATH=/nonexistent snapsim run a.json -q --out x/y/z/").status == 77);
  CHECK(desk.names_in("x").empty());
  check_left(desk, {"a.json", "x"});
}

TEST_CASE("where files may not grow, the run fails and leaves nothing", "[main]") {
  const Desk desk;
  desk.write("a.json", small_scenario());
  for (const std::string options : {"--disks model", "--disks qcow2"}) {
    CAPTURE(options);
    const Ended ended = desk.bash("ulimit -f 4; snapsim run a.json -q " + options);
    CHECK(ended.status == 74);
    CHECK(ended.err.starts_with("snapsim: a.json: "));
    CHECK(ended.err.find("File too large") != std::string::npos);
    check_left(desk, {"a.json"});
  }
  // The raw filling of the disk fits, the image does not.
  desk.write("b.json", R"({ "instances": [{ "name": "vm-1", "disk_mib": 4, "used_mib": 1, "disk_format": "raw" }],
    "requests": [{ "at_ms": 0, "create_image": { "instance": "vm-1", "name": "s" } }] })");
  const Ended ended =
      desk.bash("ulimit -f 4100; snapsim run b.json -q >/dev/null; ulimit -f 900; snapsim run b.json -q --out o");
  CHECK(ended.status == 74);
  CHECK_FALSE(std::filesystem::exists(desk / "o"));
}

TEST_CASE("on a full disk the run fails, keeps the earlier result and leaves nothing", "[main]") {
  const Desk desk;
  desk.write("a.json", small_scenario());
  const Ended ended = desk.bash(
      "mkdir o; unshare -m bash -c '"
      "mount -t tmpfs -o size=200k none o || exit 99; P=" SNAPSIM_PROGRAM
      "\n"
      "$P run a.json -q --disks model --out o || exit 98; sum=$(cat o/a/* | md5sum)\n"
      "$P run a.json -q --out o; echo $?; ls -A o; [ \"$sum\" = \"$(cat o/a/* | md5sum)\" ] || exit 97\n"
      "head -c 1m /dev/zero > o/full 2>/dev/null; $P run a.json -q --disks model --out o; echo $?; ls -A o'");
  if (ended.status == 99 || ended.err.find("unshare") != std::string::npos) return;
  CHECK(ended.status == 0);
  CHECK(ended.out == "CONSISTENT: every invariant and expectation held\n74\na\n74\na\nfull\n");
  CHECK(ended.err.find("No space left on device") != std::string::npos);
}

TEST_CASE("standard output that cannot be written is an error", "[main]") {
  const Desk desk;
  desk.write("a.json", small_scenario());
  for (const std::string command :
       {"run a.json -q --disks model", "run a.json --json --disks model", "schema", "replay a.json -q --disks model",
        "export a.json", "invariants", "--help", "run --help", "--version"}) {
    CAPTURE(command);
    const Ended full = desk.bash("snapsim " + command + " >/dev/full");
    CHECK(full.status == 74);
    CHECK(full.err == "snapsim: cannot write to standard output\n");
    CHECK(desk.bash("snapsim " + command + " >&-").status == 74);
  }
  CHECK(desk.bash("snapsim run a.json -q --disks model 2>&- <&-").status == 0);
  CHECK(desk.bash("snapsim run a.json -q 2>&- <&- >&-").status == 74);
  CHECK(desk.is_quiet_soon());
}

TEST_CASE("a reader that goes away early leaves nothing behind", "[main]") {
  const Desk desk;
  std::string files;
  for (int i = 0; i < 30; ++i) {
    desk.write("s" + std::to_string(i) + ".json", small_scenario());
    files += " s" + std::to_string(i) + ".json";
  }
  const Ended ended = desk.bash("snapsim run -v --disks model" + files + " | head -1; echo ${PIPESTATUS[0]}");
  CHECK(ended.out == "small\n141\n");
  CHECK(desk.names_in("snapsim-out").size() == 30);
  CHECK(desk.is_quiet_soon());
}

TEST_CASE("a missing qemu-img is told with the package that has it", "[main]") {
  const Desk desk;
  desk.write("a.json", small_scenario());
  const Ended ended = desk.bash("PATH=/nonexistent snapsim run a.json --json");
  CHECK(ended.status == 77);
  CHECK(ended.err.find("qemu-img") != std::string::npos);
  CHECK(ended.err.find("qemu-utils") != std::string::npos);
  CHECK(nlohmann::json::parse(ended.out)["verdict"] == "undecided");
  CHECK(desk.bash("PATH=/nonexistent snapsim run a.json --disks model -q --out o").status == 0);
  check_left(desk, {"a.json", "o"});
}

TEST_CASE("a broken qemu-img ends the run with the tool's own words", "[main]") {
  const Desk desk;
  desk.write("a.json", small_scenario());
  desk.write_tool("echo 'qemu-img: the flux is gone' >&2; exit 1");
  const Ended broken = desk.bash(with_our_tool + std::string("snapsim run a.json"));
  CHECK(broken.status == 74);
  CHECK(broken.err == "snapsim: a.json: qemu-img convert exited with 1: qemu-img: the flux is gone\n");

  desk.write_tool("kill -SEGV $$");
  const Ended killed = desk.bash(with_our_tool + std::string("snapsim run a.json"));
  CHECK(killed.status == 74);
  CHECK(killed.err == "snapsim: a.json: qemu-img convert was killed by signal 11\n");

  desk.write_tool("sleep 1000 & sleep 1000");
  const Ended hung = desk.bash(with_our_tool + std::string("snapsim run a.json --tool-timeout 1"));
  CHECK(hung.status == 74);
  CHECK(hung.err.find("qemu-img did not end within 1000 ms and was killed") != std::string::npos);
  CHECK(hung.wall_time < std::chrono::seconds(3) * patience());

  desk.write_tool("exit 0");  // Says that all is well, and has done nothing.
  CHECK(desk.bash(with_our_tool + std::string("snapsim run a.json")).status == 74);
  check_left(desk, {"a.json", "tools"});
}

TEST_CASE("a run that fails keeps those that had ended and says which one it was", "[main]") {
  const Desk desk;
  desk.write("a.json", small_scenario());
  desk.write("b.json", R"({ "instances": [{ "name": "flux", "disk_mib": 4, "used_mib": 1 }], "requests": [] })");
  desk.write_tool("case \"$*\" in *flux*) echo 'no flux' >&2; exit 1;; esac; PATH=${PATH#*:} exec qemu-img \"$@\"");
  const Ended ended = desk.bash(with_our_tool + std::string("snapsim run a.json b.json --json"));
  CHECK(ended.status == 74);
  CHECK(ended.err.starts_with("snapsim: b.json: "));
  const auto result = nlohmann::json::parse(ended.out);
  CHECK(result["verdict"] == "undecided");
  CHECK(result["runs"].size() == 1);
  CHECK(desk.names_in("snapsim-out") == std::vector<std::string>{"a"});
}

}  // namespace snapsim::test
