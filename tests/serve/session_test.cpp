#include <thread>

#include <catch2/catch.hpp>

#include "sim/report/finished_run.hpp"
#include "sim/report/trace_json.hpp"
#include "sim/scenario/reader.hpp"
#include "tests/serve/support.hpp"

namespace snapsim::test {
namespace {

/// The scenario of the session, run.
FinishedRun replayed(const ServedCloud& cloud) {
  const Answer session = cloud.anonymous().get("/_snapsim/session");
  ScenarioOrProblems read = read_scenario(session.text, "session.json");
  if (!read) FAIL(to_string(read.error().front()));
  return simulate(*std::move(read));
}

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

/// A session with several servers, faults of each kind, and requests that meet one another.
void live(const ServedCloud& cloud) {
  const ApiClient demo = cloud.user();
  const ApiClient anybody = cloud.anonymous();
  const std::string one = demo.new_server("one");
  const std::string two = demo.new_server("one");
  anybody.post("/_snapsim/faults", Json::parse(R"({"at": "glance.upload.reset", "nth": 2, "after_bytes": 1000})"));
  for (const std::string& id : {one, two, one}) demo.act(id, {{"createImage", {{"name", "snap"}}}});
  demo.settled(one);
  demo.settled(two);
  anybody.post("/_snapsim/faults", Json::parse(R"({"at": "db.save.error", "instance": ")" + two + R"("})"));
  demo.act(two, {{"createImage", {{"name", "snap/2"}}}});
  demo.settled(two);
  anybody.post("/_snapsim/faults",
               Json::parse(R"({"at": "compute.crash", "when": {"instance": "one", "task_state": "image_uploading"}})"));
  demo.act(one, {{"createImage", {{"name", "snap-3"}}}});
  demo.settled(one);
  demo.act(one, {{"rebuild", {{"imageRef", demo.base_image()}}}});
  demo.settled(one);
  demo.del("/compute/v2.1/servers/" + two);
}

}  // namespace

TEST_CASE("a session that is saved and run again goes the same way, step by step", "[serve]") {
  StackOptions options = ServedCloud::fast();
  options.cloud.speed = GENERATE(0.0, 60.0);
  const ServedCloud cloud(options);
  live(cloud);
  std::string trace;
  for (bool is_at_rest = false; !is_at_rest;) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    is_at_rest = cloud.anonymous().get("/_snapsim/state").body.at("at_rest").get<bool>();
  }
  trace = cloud.anonymous().get("/_snapsim/trace").text;
  const FinishedRun run = replayed(cloud);
  std::ostringstream out;
  write_trace_json(run.record(), out);
  const std::vector<std::string> served = lines_of(trace);
  const std::vector<std::string> again = lines_of(out.str());
  REQUIRE(served.size() > 400);
  for (std::size_t i = 0; i < std::min(served.size(), again.size()); ++i) {
    CAPTURE(i);
    REQUIRE(again[i] == served[i]);
  }
}

namespace {

/// A client whose requests meet HTTP faults of each kind; what it saw, request by request.
std::vector<int> statuses_of_client(const ServedCloud& cloud, bool plans_faults) {
  const ApiClient demo = cloud.user();
  const ApiClient anybody = cloud.anonymous();
  const std::string servers = "/compute/v2.1/servers";
  std::vector<int> statuses;
  const auto plan = [&](const char* fault) {
    if (plans_faults) REQUIRE(anybody.post("/_snapsim/faults", Json::parse(fault)).status == 201);
  };
  const auto list = [&](int times) {
    for (int i = 0; i < times; ++i) statuses.push_back(demo.get(servers).status);
  };
  const std::string id = demo.new_server();
  list(3);
  plan(
      R"({"http": "compute", "method": "GET", "path": "/v2.1/servers", "probability": 0.5, "seed": 3, "status": 503})");
  list(10);
  if (plans_faults) anybody.del("/_snapsim/faults/0");
  list(5);
  plan(
      R"({"http": "compute", "action": "createImage", "project": "demo", "nth": 2, "status": 504, "after_effect": true})");
  plan(R"({"http": "compute", "action": "createImage", "nth": 3, "reset_after_bytes": 0})");
  for (int i = 0; i < 4; ++i) {
    statuses.push_back(demo.act(id, {{"createImage", {{"name", "snap"}}}}).status);
    demo.settled(id);
  }
  return statuses;
}

}  // namespace

TEST_CASE("a session with faults of HTTP replays: the run behind them, and what the client sees of them", "[serve]") {
  const ServedCloud first;
  const std::vector<int> seen = statuses_of_client(first, true);
  CHECK(std::count(seen.begin(), seen.begin() + 13, 503) > 1);
  CHECK(std::count(seen.begin() + 13, seen.begin() + 18, 200) == 5);
  CHECK(std::vector<int>(seen.begin() + 18, seen.end()) == std::vector<int>{202, 504, 0, 202});

  const FinishedRun run = replayed(first);
  std::ostringstream again;
  write_trace_json(run.record(), again);
  const std::string trace = first.anonymous().get("/_snapsim/trace").text;
  CHECK((again.str().starts_with(trace) && !trace.empty()));

  const Json faults = first.anonymous().get("/_snapsim/session/http-faults").body;
  REQUIRE(faults.size() == 3);
  const ServedCloud second;
  REQUIRE(second.anonymous().post("/_snapsim/faults", faults).status == 201);
  CHECK(statuses_of_client(second, false) == seen);
  CHECK(second.anonymous().get("/_snapsim/trace").text == trace);
  CHECK(second.anonymous().get("/_snapsim/session/http-faults").body.at(2) == faults.at(2));
}

TEST_CASE("the trace is given from where the client has got to", "[serve]") {
  const ServedCloud cloud;
  const std::vector<std::string> all = lines_of(cloud.anonymous().get("/_snapsim/trace").text);
  const std::vector<std::string> rest = lines_of(cloud.anonymous().get("/_snapsim/trace?since=10").text);
  REQUIRE(all.size() > 100);
  CHECK(rest == std::vector<std::string>(all.begin() + 10, all.end()));
  CHECK(cloud.anonymous().get("/_snapsim/trace?since=100000").text.empty());
  CHECK(cloud.anonymous().get("/_snapsim/trace?since=x").status == 400);
}

TEST_CASE("virtual time goes with the wall clock, and states are seen on the way", "[serve]") {
  StackOptions options;
  options.cloud.speed = 4;
  const ServedCloud cloud(options);
  const ApiClient demo = cloud.user();
  const std::string id = demo.new_server();
  const auto begun = std::chrono::steady_clock::now();
  demo.act(id, {{"createImage", {{"name", "s"}}}});
  CHECK_FALSE(demo.server(id).at("OS-EXT-STS:task_state").is_null());
  CHECK(demo.act(id, {{"createImage", {{"name", "t"}}}}).status == 409);
  CHECK(cloud.anonymous().get("/_snapsim/verdict").body.at("verdict") == "undecided");
  demo.settled(id);
  const auto took = std::chrono::steady_clock::now() - begun;
  CHECK(took > std::chrono::milliseconds(50));
  CHECK(cloud.anonymous().get("/_snapsim/verdict").body.at("verdict") == "consistent");
}

TEST_CASE("requests of many clients at once are all answered", "[serve]") {
  const ServedCloud cloud;
  const ApiClient demo = cloud.user();
  std::vector<std::string> ids;
  for (int i = 0; i < 4; ++i) ids.push_back(demo.new_server());
  std::vector<std::thread> threads;
  std::atomic<int> accepted = 0;
  for (int i = 0; i < 12; ++i) {
    threads.emplace_back([&, i] {
      const Answer answer = demo.act(ids[static_cast<std::size_t>(i) % ids.size()], {{"createImage", {{"name", "s"}}}});
      accepted += answer.status == 202;
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(accepted >= 4);
  for (const std::string& id : ids) demo.settled(id);
  CHECK(cloud.anonymous().get("/_snapsim/verdict").body.at("verdict") == "consistent");
}

TEST_CASE("the page needs nothing from elsewhere", "[serve]") {
  const ServedCloud cloud;
  const Answer page = cloud.anonymous().get("/");
  CHECK(page.status == 200);
  CHECK_THAT(page.header("Content-Type"), Catch::Contains("text/html"));
  CHECK_THAT(page.text, Catch::Contains("<html lang=\"en\">") && Catch::Contains("_snapsim/state"));
  CHECK(page.text.find("https://") == std::string::npos);
}

}  // namespace snapsim::test
