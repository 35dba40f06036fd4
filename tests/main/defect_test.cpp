// A defect of snapsim itself, which no command line is known to bring about: the report is called as the program does.

#include <cstdio>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/cli/defect_report.hpp"
#include "sim/runtime/assert.hpp"
#include "tests/main/program.hpp"

namespace snapsim::test {

TEST_CASE("a failed assertion tells how to get there again and gives status 70", "[main]") {
  const Desk desk;
  Scenario scenario;
  scenario.path = "a b.json";
  scenario.seed = 7;
  scenario.choices = {0, 0, 2};
  const std::string err = (desk / "err").string();
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::dup2(::open(err.c_str(), O_CREAT | O_WRONLY, 0600), STDERR_FILENO);
    const DefectReport report(scenario);
    SNAPSIM_ASSERT(2 + 2 == 5, "arithmetic holds");
    ::_exit(0);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 70);
  const std::string said = desk.read("err");
  CHECK(said.starts_with("snapsim: defect at "));
  CHECK(said.find(": arithmetic holds (2 + 2 == 5)\n") != std::string::npos);
  CHECK(said.ends_with("the same run again:\n./snapsim replay 'a b.json#p=nova,s=7,c=0*2.2'\n"));
}

}  // namespace snapsim::test
