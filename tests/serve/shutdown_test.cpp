// What must not keep a served cloud from ending: it is nobody's fault but the waiting request's.

#include <chrono>
#include <csignal>
#include <functional>
#include <netinet/in.h>
#include <sstream>
#include <sys/socket.h>
#include <thread>

#include <catch2/catch.hpp>

#include "real/unique_fd.hpp"
#include "tests/main/program.hpp"
#include "tests/serve/support.hpp"

namespace snapsim::test {
namespace {

using ShutdownClock = std::chrono::steady_clock;

/// Far less than anything that is waited for here, and long enough for a machine that is busy.
const auto soon = std::chrono::seconds(3) * patience();

/// Stops the cloud while another thread waits for the answer to a request; gives how long that took.
ShutdownClock::duration stopped_while(ServedCloud& cloud, const std::function<void()>& request) {
  std::thread waiting(request);
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  const auto begin = ShutdownClock::now();
  cloud.stack().stop();
  const auto taken = ShutdownClock::now() - begin;
  waiting.join();
  return taken;
}

}  // namespace

TEST_CASE("a request that the cloud does not answer does not hold up the end", "[serve]") {
  StackOptions options;
  options.cloud.speed = 1;
  ServedCloud cloud(options);
  const ApiClient demo = cloud.user();
  const std::string id = demo.new_server();
  REQUIRE(demo.post("/_snapsim/faults", {{"at", "glance.create.timeout"}}).status == 201);
  Answer answer;
  answer.status = -1;
  CHECK(stopped_while(cloud, [&] { answer = demo.act(id, {{"createImage", {{"name", "s"}}}}); }) < soon);
  CHECK(answer.status == 0);
}

TEST_CASE("a request that is held by a planned delay does not hold up the end", "[serve]") {
  ServedCloud cloud;
  const ApiClient demo = cloud.user();
  REQUIRE(demo.post("/_snapsim/faults", {{"http", "compute"}, {"delay_ms", 60'000}}).status == 201);
  CHECK(stopped_while(cloud, [&] { demo.get("/compute/v2.1/servers"); }) < soon);
}

TEST_CASE("a Keystone that does not answer does not hold up the end", "[serve]") {
  // It takes connections, and says nothing.
  const UniqueFd silent(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof(address);
  REQUIRE(::bind(silent.get(), reinterpret_cast<const sockaddr*>(&address), length) == 0);
  REQUIRE(::listen(silent.get(), 4) == 0);
  REQUIRE(::getsockname(silent.get(), reinterpret_cast<sockaddr*>(&address), &length) == 0);
  StackOptions options = ServedCloud::fast();
  options.keystone_url = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/v3";
  ServedCloud cloud(options);
  CHECK(stopped_while(cloud, [&] { ApiClient(cloud.port(), "any").get("/compute/v2.1/servers"); }) < soon);
}

TEST_CASE("serve ends at SIGTERM while qemu-img makes an image", "[serve]") {
  const Desk desk;
  desk.write_tool("#!/bin/sh\n: >" + (desk / "begun").string() + "\nexec sleep 50\n");
  const Ended ended = desk.bash(R"(PATH="$PWD/tools:$PATH" ./snapsim serve --port 0 >ready &
server=$!
until grep -q ready ready && test -e begun; do sleep 0.05; done
begin=$(date +%s%N)
kill -TERM $server
wait $server
echo $? $(((($(date +%s%N) - begin)) / 1000000)))");
  CAPTURE(ended.out, ended.err);
  std::istringstream told(ended.out);
  int status = -1;
  std::int64_t taken_ms = -1;
  REQUIRE(told >> status >> taken_ms);
  CHECK(status == 0);
  CHECK(std::chrono::milliseconds(taken_ms) < soon);
}

}  // namespace snapsim::test
