// Signals in the middle of a run on real disks, and the program's violent death.

#include <csignal>
#include <thread>

#include "tests/main/program.hpp"

namespace snapsim::test {
namespace {

using std::chrono::milliseconds;
using Names = std::vector<std::string>;

/// Waits until the run has begun to fill its disk.
void wait_for_disk(const Desk& desk) {
  for (int round = 0; round < 4000; ++round) {
    for (const std::string& name : desk.names_in("snapsim-out")) {
      const std::string folder = "snapsim-out/" + name + "/instances";
      if (name.starts_with(".snapsim-") && !desk.names_in(folder).empty()) return;
    }
    std::this_thread::sleep_for(milliseconds(2));
  }
  FAIL("the run has not begun");
}

/// Waits until a tool works for the run.
void wait_for_tool(const Desk& desk) {
  for (int round = 0; round < 10'000; ++round) {
    for (const std::string& process : desk.processes()) {
      if (process.find("qemu-img") != std::string::npos || process.find("sleep") != std::string::npos) return;
    }
    std::this_thread::sleep_for(milliseconds(2));
  }
  FAIL("no tool was started");
}

}  // namespace

TEST_CASE("an interrupt ends a run at once with status 130, and nothing is left", "[main]") {
  const bool in_tool = GENERATE(false, true);
  const int signal = GENERATE(SIGINT, SIGTERM, SIGHUP);
  CAPTURE(in_tool, signal);
  const Desk desk;
  desk.write("long.json", long_scenario(in_tool ? 256 : 2048));
  RunningProgram program(desk, {"run", "long.json"});
  wait_for_disk(desk);
  if (in_tool) wait_for_tool(desk);
  program.signal(signal);
  const auto begun = std::chrono::steady_clock::now();
  CHECK(program.wait(long_enough) == 130);
  CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(1) * patience());
  CHECK(desk.read("err") == "snapsim: interrupted; 0 of 1 runs had ended\n");
  CHECK(desk.read("out").empty());
  CHECK(desk.names_in(".") == Names{"err", "long.json", "out", "snapsim"});
  CHECK(desk.is_quiet_soon());
}

TEST_CASE("an interrupt leaves the runs that had ended, their report, and an earlier result", "[main]") {
  const Desk desk;
  desk.write("a.json", small_scenario());
  desk.write("long.json", long_scenario(2048));
  REQUIRE(desk.bash("snapsim run long.json --disks model -q").status == 0);
  const std::string earlier = desk.read("snapsim-out/long/result.json");
  RunningProgram program(desk, {"run", "a.json", "long.json", "-q"});
  for (int round = 0; round < 10'000 && !std::filesystem::exists(desk / "snapsim-out/a"); ++round) {
    std::this_thread::sleep_for(milliseconds(2));
  }
  wait_for_disk(desk);
  program.signal(SIGINT);
  CHECK(program.wait(long_enough) == 130);
  CHECK(desk.read("out") == "CONSISTENT: every invariant and expectation held\n");
  CHECK(desk.read("err") == "snapsim: interrupted; 1 of 2 runs had ended\n");
  CHECK(desk.names_in("snapsim-out") == Names{"a", "long"});
  CHECK(desk.read("snapsim-out/long/result.json") == earlier);
  CHECK(desk.is_quiet_soon());
}

TEST_CASE("an interrupt ends replay, too", "[main]") {
  const Desk desk;
  desk.write("long.json", long_scenario(2048));
  RunningProgram program(desk, {"replay", "long.json"});
  wait_for_disk(desk);
  program.signal(SIGINT);
  CHECK(program.wait(long_enough) == 130);
  CHECK(desk.read("err") == "snapsim: interrupted\n");
  CHECK(desk.names_in(".") == Names{"err", "long.json", "out", "snapsim"});
  CHECK(desk.is_quiet_soon());
}

TEST_CASE("a tool that hangs and ignores signals does not keep an interrupt waiting", "[main]") {
  const Desk desk;
  desk.write("a.json", small_scenario());
  desk.write_tool("trap '' TERM INT; sleep 1000; sleep 1000");
  const std::string path = std::getenv("PATH");
  ::setenv("PATH", ((desk / "tools").string() + ":" + path).c_str(), 1);
  RunningProgram program(desk, {"run", "a.json"});
  ::setenv("PATH", path.c_str(), 1);
  wait_for_tool(desk);
  program.signal(SIGINT);
  CHECK(program.wait(milliseconds(2000) * patience()) == 130);
  CHECK(desk.names_in(".") == Names{"a.json", "err", "out", "snapsim", "tools"});
  CHECK(desk.is_quiet_soon());
}

TEST_CASE("a second interrupt ends the program without more ado, and nothing is left", "[main]") {
  const Desk desk;
  desk.write("long.json", long_scenario(2048));
  RunningProgram program(desk, {"run", "long.json"});
  wait_for_disk(desk);
  program.signal(SIGINT);
  program.signal(SIGINT);
  const auto status = program.wait(long_enough);
  REQUIRE(status.has_value());
  // The two may also arrive as one.
  CHECK(*status == 130);
  CHECK(desk.is_quiet_soon());
  CHECK(desk.names_in("snapsim-out").empty());
}

TEST_CASE("when the program is killed its tools end and its files are removed", "[main]") {
  const bool in_tool = GENERATE(false, true);
  CAPTURE(in_tool);
  const Desk desk;
  desk.write("long.json", long_scenario(in_tool ? 256 : 2048));
  REQUIRE(desk.bash("snapsim run long.json --disks model -q").status == 0);
  RunningProgram program(desk, {"run", "long.json"});
  wait_for_disk(desk);
  if (in_tool) wait_for_tool(desk);
  program.signal(SIGKILL);
  CHECK(program.wait(long_enough) == 128 + SIGKILL);
  const auto begun = std::chrono::steady_clock::now();
  CHECK(desk.is_quiet_soon());
  CHECK(desk.names_in("snapsim-out") == Names{"long"});
  CHECK(desk.names_in("snapsim-out/long").size() == 5);
  CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(1) * patience());
}

TEST_CASE("a kill at any moment leaves a whole result, the old one or the new one", "[main]") {
  const Desk desk;
  desk.write("a.json", small_scenario());
  REQUIRE(desk.bash("snapsim run a.json --disks model -q && cp -r snapsim-out/a old").status == 0);
  for (int delay_us = 0; delay_us < 12'000; delay_us += 400) {
    CAPTURE(delay_us);
    RunningProgram program(desk, {"run", "a.json", "--disks", "model", "-q"});
    std::this_thread::sleep_for(std::chrono::microseconds(delay_us * patience() / 3));
    program.signal(SIGKILL);
    REQUIRE(program.wait(long_enough).has_value());
    REQUIRE(desk.is_quiet_soon());
    REQUIRE(desk.bash("diff -r old snapsim-out/a").status == 0);
  }
  // Killed in the instant in which a folder has no janitor yet, the program leaves it to the next one.
  REQUIRE(desk.bash("snapsim run a.json --disks model -q").status == 0);
  CHECK(desk.names_in("snapsim-out") == Names{"a"});
}

TEST_CASE("what is ignored from the start stays so, as under nohup", "[main]") {
  const Desk desk;
  desk.write("a.json", small_scenario());
  desk.write_tool(
      "[ -e hupped ] || { touch hupped; kill -HUP $PPID; sleep 0.2; }; PATH=${PATH#*:} exec qemu-img \"$@\"");
  CHECK(desk.bash("trap '' HUP; PATH=$PWD/tools:$PATH snapsim run a.json -q").status == 0);
}

}  // namespace snapsim::test
