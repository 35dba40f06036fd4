#include <catch2/catch.hpp>

#include "tests/fake_hypervisor/bench.hpp"

namespace snapsim {

using namespace testing;

namespace {

/// A running transient guest whose disk is being mirrored since 1000 us, which takes 500 us.
struct MirrorBench : GuestBench {
  MirrorBench() : GuestBench(PowerState::running, false), delta(*disks.create_delta(disk)) {
    REQUIRE(hypervisor.block_rebase(guest, delta, 500, 4 * mib, 1000));
  }
  FileId delta;
};

}  // namespace

TEST_CASE("a block job needs a transient guest that is on and has no other", "[fake_hypervisor]") {
  const auto begin = [](GuestBench& bench) {
    const FileId delta = *bench.disks.create_delta(bench.disk);
    return error_code(bench.hypervisor.block_rebase(bench.guest, delta, 500, 4 * mib, 1000));
  };
  GuestBench persistent(PowerState::running, true);
  CHECK(begin(persistent) == operation_invalid);
  CHECK(!persistent.domain().job.exists);

  GuestBench off(PowerState::shutdown, false);
  CHECK(begin(off) == operation_invalid);

  for (const PowerState state : {PowerState::running, PowerState::paused}) {
    GuestBench on(state, false);
    CHECK(begin(on) == 0);
    CHECK(on.domain().job.exists);
    CHECK(begin(on) == operation_invalid);
  }
}

TEST_CASE("a mirror that has caught up leaves the disk of the instant of its abort in the delta", "[fake_hypervisor]") {
  for (const std::int64_t aborted_us : {1500, 9000}) {
    INFO("aborted at " << aborted_us);
    MirrorBench bench;
    CHECK(!bench.content(bench.delta).is_whole());
    REQUIRE(bench.hypervisor.block_job_abort(bench.guest, aborted_us));
    CHECK(!bench.domain().job.exists);
    CHECK(bench.content(bench.delta).is_of_one_instant());
    CHECK(bench.content(bench.delta).extents[0].generation == static_cast<std::uint64_t>(aborted_us / 100));
    // What the guest writes from now on is not in the delta.
    bench.hypervisor.flush_writes(bench.guest, 20'000);
    CHECK(bench.content(bench.delta).extents[0].generation == static_cast<std::uint64_t>(aborted_us / 100));
    CHECK(bench.content(bench.disk).extents[0].generation == 200);
  }
}

TEST_CASE("a mirror aborted before it has caught up leaves a delta that is not whole", "[fake_hypervisor]") {
  MirrorBench bench;
  REQUIRE(bench.hypervisor.block_job_abort(bench.guest, 1499));
  CHECK(!bench.domain().job.exists);
  CHECK(!bench.content(bench.delta).is_whole());
  CHECK(!bench.content(bench.delta).is_of_one_instant());
}

TEST_CASE("aborting where there is no job is no error", "[fake_hypervisor]") {
  GuestBench bench;
  CHECK(bench.hypervisor.block_job_abort(bench.guest, 10));
  MirrorBench mirrored;
  REQUIRE(mirrored.hypervisor.block_job_abort(mirrored.guest, 2000));
  CHECK(mirrored.hypervisor.block_job_abort(mirrored.guest, 3000));
  CHECK(mirrored.content(mirrored.delta).extents[0].generation == 20);
}

TEST_CASE("a guest that goes off takes its block job with it", "[fake_hypervisor]") {
  MirrorBench bench;
  REQUIRE(bench.hypervisor.define(bench.guest));
  REQUIRE(bench.hypervisor.shut_down(bench.guest, 1600));
  CHECK(!bench.domain().job.exists);
  REQUIRE(bench.hypervisor.block_job_abort(bench.guest, 1700));
  CHECK(!bench.content(bench.delta).is_whole());
}

TEST_CASE("a mirror whose delta is gone fails, and the job is over all the same", "[fake_hypervisor]") {
  MirrorBench bench;
  REQUIRE(bench.disks.remove(bench.delta));
  CHECK(error_code(bench.hypervisor.block_job_abort(bench.guest, 2000)) == operation_failed);
  CHECK(!bench.domain().job.exists);
}

}  // namespace snapsim
