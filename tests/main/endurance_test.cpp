// Many runs: none of them leaves anything but its result.

#include "tests/main/program.hpp"

namespace snapsim::test {

TEST_CASE("200 programs in a row leave no file and no process", "[main]") {
  const Desk desk;
  desk.write("a.json", small_scenario());
  const Ended ended = desk.bash(
      "for i in {1..160}; do snapsim run a.json -q --disks model || exit; done;"
      "for i in {1..40}; do snapsim run a.json -q || exit; done");
  CHECK(ended.status == 0);
  CHECK(ended.err.empty());
  CHECK(desk.names_in(".") == std::vector<std::string>{"a.json", "snapsim", "snapsim-out"});
  CHECK(desk.names_in("snapsim-out") == std::vector<std::string>{"a"});
  CHECK(desk.names_in("snapsim-out/a").size() == 6);
  CHECK(desk.processes().empty());
}

TEST_CASE("200 runs of one program need no more descriptors than one", "[main]") {
  const Desk desk;
  std::string files;
  for (int i = 0; i < 200; ++i) files += " a.json";
  desk.write("a.json", small_scenario());
  CHECK(desk.bash("ulimit -n 40; snapsim run -q --disks model" + files).status == 0);
  CHECK(desk.names_in("snapsim-out").size() == 200);
  CHECK(desk.bash("ulimit -n 40; snapsim run -q -j 2 --out real" + files.substr(0, 7 * 40)).status == 0);
  CHECK(desk.names_in("real").size() == 40);
  CHECK(desk.processes().empty());
}

}  // namespace snapsim::test
