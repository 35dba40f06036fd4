// `snapsim serve` as a program: when it is ready, how it ends, and what it refuses.

#include <csignal>
#include <thread>

#include <catch2/catch.hpp>

#include "tests/main/program.hpp"
#include "tests/serve/support.hpp"

namespace snapsim::test {

TEST_CASE("serve is ready soon, answers, and ends cleanly when it is asked to", "[main]") {
  const auto [signal, status] = GENERATE(std::pair{SIGINT, 130}, std::pair{SIGTERM, 0});
  const Desk desk;
  const auto begun = std::chrono::steady_clock::now();
  RunningProgram program(desk, {"serve", "--port", "0", "--data", "kept"});
  const int port = ready_port(desk);
  CHECK(std::chrono::steady_clock::now() - begun < std::chrono::milliseconds(250) * patience());
  CHECK_THAT(desk.read("err"), Catch::Contains("guards nothing"));
  CHECK(ApiClient(port, "").get("/identity/v3").status == 200);
  program.signal(signal);
  CHECK(program.wait(long_enough) == status);
  const Ended run = desk.bash("snapsim run kept/session.json --disks model -q");
  CHECK(run.status == 0);
  CHECK(Json::parse(desk.read("kept/http-faults.json")).empty());
}

TEST_CASE("a port that is taken is told of, with the way out", "[main]") {
  const ServedCloud cloud;
  const Desk desk;
  const Ended ended = desk.bash("snapsim serve --port " + std::to_string(cloud.port()));
  CHECK(ended.status == 74);
  CHECK_THAT(ended.err, Catch::Contains("cannot listen on 127.0.0.1:" + std::to_string(cloud.port())) &&
                            Catch::Contains("--port 0"));
  CHECK(ended.out.empty());
}

TEST_CASE("serve does not wait for an answer that a fault delays", "[main]") {
  const Desk desk;
  desk.write("slow.json", R"([{"http": "compute", "delay_ms": 3600000}])");
  RunningProgram program(desk, {"serve", "--port", "0", "--faults", "slow.json"});
  const int port = ready_port(desk);
  std::thread client([port] { ApiClient(port, "").get("/compute/v2.1/servers"); });
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  program.signal(SIGTERM);
  CHECK(program.wait(long_enough) == 0);
  client.join();
}

TEST_CASE("serve ends by itself when nobody has asked for so long", "[main]") {
  const Desk desk;
  CHECK(desk.bash("snapsim serve --port 0 --idle-exit 1").status == 0);
}

TEST_CASE("what serve is started with is checked before it listens", "[main]") {
  const Desk desk;
  desk.write("bad.json", R"([{"at": "glance.uplod.reset"}])");
  desk.write("good.json", R"({"faults": [{"at": "glance.upload.reset"}, {"http": "compute", "status": 503}]})");
  desk.write("users.json", R"({"users": [{"name": "x", "pasword": "y"}]})");
  const auto refusal = [&desk](const std::string& options) {
    const Ended ended = desk.bash("snapsim serve --port 0 --idle-exit 1 " + options);
    CHECK(ended.status == 2);
    CHECK(ended.out.empty());
    return ended.err;
  };
  CHECK_THAT(refusal("--faults bad.json"), Catch::Contains("did you mean \"glance.upload.reset\"?"));
  CHECK_THAT(refusal("--users users.json"), Catch::Contains("did you mean \"password\"?"));
  CHECK_THAT(refusal("--keystone http://127.0.0.1:5000"), Catch::Contains("/v3"));
  CHECK_THAT(refusal("--speed fast"), Catch::Contains("\"fast\" is not a number"));
  CHECK_THAT(refusal("--speed -1"), Catch::Contains("is not a number from 0"));
  CHECK(desk.bash("snapsim serve --port 0 --idle-exit 1 --faults good.json").status == 0);
}

}  // namespace snapsim::test
