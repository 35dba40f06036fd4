#include <cstdint>

#include <catch2/catch.hpp>

#include "tests/nova/doubles.hpp"

namespace snapsim::testing {
namespace {

void deliver(Bench& bench, std::uint32_t unique_id) {
  bench.deliveries.put(bench.snapshot_message(unique_id));
  bench.run_to_rest();
}

int runs(const Bench& bench) {
  return static_cast<int>(bench.script.lines({"event begun"}).size());
}

TEST_CASE("a message with an id among the last sixteen is dropped", "[nova]") {
  Bench bench;
  for (std::uint32_t id = 1; id <= 16; ++id) deliver(bench, id);
  REQUIRE(runs(bench) == 16);
  for (std::uint32_t id = 1; id <= 16; ++id) deliver(bench, id);
  CHECK(runs(bench) == 16);
  CHECK(bench.script.lines({"WARNING ignoring"}).size() == 16);
  CHECK(bench.script.has("WARNING ignoring duplicate message 1"));
}

TEST_CASE("the seventeenth id pushes the first one out", "[nova]") {
  Bench bench;
  for (std::uint32_t id = 1; id <= 17; ++id) deliver(bench, id);
  deliver(bench, 2);
  CHECK(runs(bench) == 17);
  deliver(bench, 1);
  CHECK(runs(bench) == 18);
}

TEST_CASE("a server that has just begun knows no ids", "[nova]") {
  Bench bench;
  deliver(bench, 1);
  Mailbox<RpcMessage> deliveries(bench.process);
  RpcServer other(bench.process, deliveries, bench.manager, bench.journal);
  bench.process.spawn("rpc-server", other.serve());
  deliveries.put(bench.snapshot_message(1));
  bench.run_to_rest();
  CHECK(runs(bench) == 2);
  bench.engine.kill_all();
}

TEST_CASE("a copy with an id of its own is not recognised", "[nova]") {
  Bench bench;
  deliver(bench, 1);
  deliver(bench, 2);
  CHECK(runs(bench) == 2);
}

TEST_CASE("a message that fails is logged, and the next one is served", "[nova]") {
  Bench bench;
  bench.script.fail("db.event_start", FakeDatabase::error);
  deliver(bench, 1);
  CHECK(bench.script.has("ERROR Exception during message handling: {failure a}"));
  CHECK(bench.journal.open_tasks == 0);
  bench.row().task_state = TaskState::image_snapshot_pending;
  deliver(bench, 2);
  CHECK(bench.script.has("event Success"));
}

}  // namespace
}  // namespace snapsim::testing
