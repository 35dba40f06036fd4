#include "sim/spelling/unexpected_argument.hpp"

#include <catch2/catch.hpp>

namespace snapsim {

TEST_CASE("of an argument that is not taken it is said what was probably meant", "[spelling]") {
  const std::vector<std::string> options = {"--port", "--bind", "--idle-exit"};
  CHECK(unexpected_argument("--prot", options) == R"(unknown option "--prot"; did you mean "--port"?)");
  CHECK(unexpected_argument("--idle_exit=5", options) ==
        R"(unknown option "--idle_exit"; did you mean "--idle-exit"?)");
  CHECK(unexpected_argument("--verbose", options) == R"(unknown option "--verbose")");
  CHECK(unexpected_argument("port", options) == R"(unexpected argument "port")");
  CHECK(unexpected_argument("-", options) == R"(unexpected argument "-")");
  CHECK(unexpected_argument("--\x1b[31m", options) == R"(unknown option "--\u001b[31m")");
}

}  // namespace snapsim
