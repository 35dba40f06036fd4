// Many runs: none of them disturbs another or leaves anything but its result. A sanitized program needs a hundred times
// longer to start: fewer of it are run here, and all of the optimised one.

#include <algorithm>

#include "tests/main/program.hpp"

namespace snapsim::test {
namespace {

/// How many of `count` programs to run: all of them only where starting one is cheap.
int affordable(int count) {
  return is_sanitized ? std::max(2, count / 10) : count;
}

}  // namespace

TEST_CASE("many programs in a row leave no file and no process", "[main][often]") {
  const Desk desk;
  desk.write("a.json", small_scenario());
  const Ended ended = desk.bash("for i in {1.." + std::to_string(affordable(160)) +
                                "}; do snapsim run a.json -q --disks model || exit; done;"
                                "for i in {1.." +
                                std::to_string(affordable(40)) + "}; do snapsim run a.json -q || exit; done");
  CHECK(ended.status == 0);
  CHECK(ended.err.empty());
  CHECK(desk.names_in(".") == std::vector<std::string>{"a.json", "snapsim", "snapsim-out"});
  CHECK(desk.names_in("snapsim-out") == std::vector<std::string>{"a"});
  CHECK(desk.names_in("snapsim-out/a").size() == 6);
  CHECK(desk.processes().empty());
}

TEST_CASE("200 runs of one program need no more descriptors than one", "[main][often]") {
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

TEST_CASE("any number of jobs gives the same output in the same order", "[main][often]") {
  const Desk desk;
  std::string files;
  for (int i = 0; i < (is_sanitized ? 4 : 12); ++i) {
    const std::string file = "s" + std::to_string(i) + ".json";
    desk.write(file, small_scenario(", \"seed\": " + std::to_string(i)));
    files += " " + file;
  }
  desk.write("bad.json", small_scenario(R"(, "expect": { "images": { "snap-1": { "status": "killed" } } })"));
  files += " bad.json";
  for (const std::string options : {" --disks model", " --disks model --json", " --json"}) {
    CAPTURE(options);
    const Ended one = desk.bash("snapsim run -j 1 --out one" + options + files);
    CHECK(one.status == 1);
    for (const std::string jobs : {"2", "7", "1000"}) {
      const Ended many = desk.bash("snapsim run --out many -j " + jobs + options + files);
      CHECK(many.status == 1);
      CHECK(many.out == one.out);
      CHECK(many.err == one.err);
    }
    CHECK(desk.bash("diff -r one many").status == 0);
  }
}

TEST_CASE("fuzz finds the same with any number of jobs, and when it is stopped and resumed", "[main][search][often]") {
  const Desk desk;
  desk.write("a.json", small_scenario());
  const int half = is_sanitized ? 100 : 300;
  const std::string all = "snapsim fuzz a.json --out o --json --runs " + std::to_string(2 * half);
  const Ended one = desk.bash(all);
  const Ended four = desk.bash("mv o o1; " + all + " -j 4");
  const Ended halves =
      desk.bash("mv o o4; snapsim fuzz a.json --out o -q --runs " + std::to_string(half - 50) +
                " > /dev/null; snapsim fuzz a.json --out o --json --resume --runs " + std::to_string(half + 50));
  CHECK(one.status == 1);
  CHECK(one.out == four.out);
  CHECK(one.out == halves.out);
  CHECK(desk.bash("diff -r o1/findings o4/findings && diff -r o1/corpus o4/corpus").status == 0);
  CHECK(desk.bash("diff -r o1/findings o/findings && diff -r o1/corpus o/corpus").status == 0);
}

TEST_CASE("programs that write to the same place do not disturb each other", "[main][often]") {
  const Desk desk;
  desk.write("a.json", small_scenario());
  const Ended ended = desk.bash("for i in {1.." + std::to_string(affordable(40)) +
                                "}; do (snapsim run a.json -q --disks model >/dev/null || echo failed) & done; wait");
  CHECK(ended.out.empty());
  CHECK(ended.err.empty());
  CHECK(desk.names_in("snapsim-out") == std::vector<std::string>{"a"});
  CHECK(desk.names_in("snapsim-out/a") == result_files());
}

}  // namespace snapsim::test
