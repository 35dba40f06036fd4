#include "tests/serve/openstacksdk_script.hpp"

#include <cstdlib>

#include <catch2/catch.hpp>

#include "tests/main/program.hpp"
#include "tests/serve/support.hpp"

namespace snapsim::test {

void check_openstacksdk_script(const std::string& script, const std::string& prints) {
  if (std::system("/usr/bin/python3 -c 'import openstack' 2>/dev/null") != 0) {
    WARN("skipped: there is no openstacksdk (Debian: python3-openstacksdk)");
    return;
  }
  const Desk desk;
  const RunningProgram program(desk, {"serve", "--port", "0", "--speed", "0"});
  const std::string url = "http://127.0.0.1:" + std::to_string(ready_port(desk));
  const Ended ended = desk.bash(SNAPSIM_SOURCE_DIR "/tests/serve/" + script + " " + url);
  CAPTURE(ended.err);
  CHECK(ended.status == 0);
  CHECK(ended.out == prints);
}

}  // namespace snapsim::test
