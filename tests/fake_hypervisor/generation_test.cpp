#include <ostream>
#include <vector>

#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

#include "tests/fake_hypervisor/bench.hpp"

namespace snapsim {

using namespace testing;

TEST_CASE("a running guest has done a write per interval, whole ones only", "[fake_hypervisor]") {
  GuestBench bench;
  CHECK(bench.hypervisor.generation(bench.guest, 0) == 0);
  CHECK(bench.hypervisor.generation(bench.guest, 99) == 0);
  CHECK(bench.hypervisor.generation(bench.guest, 100) == 1);
  CHECK(bench.hypervisor.generation(bench.guest, 1'000'099) == 10'000);
}

TEST_CASE("a guest that is paused, off or idle writes nothing", "[fake_hypervisor]") {
  for (const PowerState state : {PowerState::paused, PowerState::shutdown}) {
    GuestBench bench(state);
    CHECK(bench.hypervisor.generation(bench.guest, 1'000'000) == 0);
  }
  GuestBench idle;
  idle.domain().write_interval_us = 0;
  CHECK(idle.hypervisor.generation(idle.guest, 1'000'000) == 0);
}

TEST_CASE("a frozen guest writes nothing until it is thawed", "[fake_hypervisor]") {
  GuestBench bench;
  REQUIRE(bench.hypervisor.fs_freeze(bench.guest, 1000));
  CHECK(bench.domain().is_frozen);
  CHECK(bench.hypervisor.generation(bench.guest, 5000) == 10);
  REQUIRE(bench.hypervisor.fs_thaw(bench.guest, 5000));
  CHECK(!bench.domain().is_frozen);
  CHECK(bench.hypervisor.generation(bench.guest, 5000) == 10);
  CHECK(bench.hypervisor.generation(bench.guest, 6000) == 20);
}

TEST_CASE("freezing twice freezes once", "[fake_hypervisor]") {
  GuestBench bench;
  REQUIRE(bench.hypervisor.fs_freeze(bench.guest, 1000));
  REQUIRE(bench.hypervisor.fs_freeze(bench.guest, 2000));
  REQUIRE(bench.hypervisor.fs_thaw(bench.guest, 3000));
  CHECK(bench.hypervisor.generation(bench.guest, 4000) == 20);
}

TEST_CASE("without an agent that answers nothing is frozen or thawed", "[fake_hypervisor]") {
  GuestBench without;
  without.domain().has_agent = false;
  CHECK(error_code(without.hypervisor.fs_freeze(without.guest, 10)) == agent_unresponsive);
  CHECK(error_code(without.hypervisor.fs_thaw(without.guest, 10)) == agent_unresponsive);
  CHECK(!without.domain().is_frozen);

  GuestBench paused(PowerState::paused);
  CHECK(error_code(paused.hypervisor.fs_freeze(paused.guest, 10)) == agent_unresponsive);
  CHECK(error_code(paused.hypervisor.fs_thaw(paused.guest, 10)) == agent_unresponsive);
}

TEST_CASE("a guest that is shut off while it is frozen starts thawed", "[fake_hypervisor]") {
  GuestBench bench;
  REQUIRE(bench.hypervisor.fs_freeze(bench.guest, 1000));
  REQUIRE(bench.hypervisor.shut_down(bench.guest, 2000));
  CHECK(!bench.domain().is_frozen);
  REQUIRE(bench.hypervisor.create(bench.guest, false, 3000));
  CHECK(bench.hypervisor.generation(bench.guest, 4000) == 20);
}

TEST_CASE("flushing tells the disk what the guest has written by now", "[fake_hypervisor]") {
  GuestBench bench;
  bench.hypervisor.flush_writes(bench.guest, 750);
  CHECK(bench.content(bench.disk).extents[0].generation == 7);
}

namespace {

enum class Call : int { save, create, shut_down, freeze, thaw, define, undefine, rebase, abort };

struct Step {
  int after_us = 0;  ///< how long after the step before
  Call call{};
};

void showValue(const Step& step, std::ostream& out) {
  static constexpr const char* names[] = {"save",   "create",   "shut_down", "freeze", "thaw",
                                          "define", "undefine", "rebase",    "abort"};
  out << "after " << step.after_us << " us " << names[static_cast<int>(step.call)];
}

rc::Gen<std::vector<Step>> any_steps() {
  using enum Call;
  const auto call = rc::gen::element(save, create, shut_down, freeze, thaw, define, undefine, rebase, abort);
  return rc::gen::container<std::vector<Step>>(
      rc::gen::build<Step>(rc::gen::set(&Step::after_us, rc::gen::inRange(0, 60)), rc::gen::set(&Step::call, call)));
}

void make(Call call, GuestBench& bench, std::int64_t now_us) {
  Hypervisor& hypervisor = bench.hypervisor;
  switch (call) {
    case Call::save:
      // Refused is fine: any sequence is a life.
      (void)hypervisor.begin_managed_save(bench.guest, now_us);
      (void)hypervisor.finish_managed_save(bench.guest, now_us);
      break;
    case Call::create:
      (void)hypervisor.create(bench.guest, false, now_us);
      break;
    case Call::shut_down:
      (void)hypervisor.shut_down(bench.guest, now_us);
      break;
    case Call::freeze:
      (void)hypervisor.fs_freeze(bench.guest, now_us);
      break;
    case Call::thaw:
      (void)hypervisor.fs_thaw(bench.guest, now_us);
      break;
    case Call::define:
      (void)hypervisor.define(bench.guest);
      break;
    case Call::undefine:
      (void)hypervisor.undefine(bench.guest, now_us);
      break;
    case Call::rebase:
      (void)hypervisor.block_rebase(bench.guest, *bench.disks.create_delta(bench.disk), 10, 4 * mib, now_us);
      break;
    case Call::abort:
      (void)hypervisor.block_job_abort(bench.guest, now_us);
      break;
  }
}

/// Counts a guest's writes one microsecond after the other, as if it were looked at all the time: the next write comes
/// when the guest has written undisturbed for a whole interval.
class Counter {
 public:
  explicit Counter(std::int64_t interval_us) : interval_us_(interval_us) {}

  void pass_one_us(const Domain& domain) {
    const bool writes = domain.state == PowerState::running && !domain.is_frozen;
    undisturbed_us_ = writes ? undisturbed_us_ + 1 : 0;
    if (undisturbed_us_ < interval_us_) return;
    undisturbed_us_ = 0;
    ++writes_;
  }
  /// Something was done to the guest that begins its interval anew.
  void disturb() { undisturbed_us_ = 0; }
  std::uint64_t writes() const { return writes_; }

 private:
  std::int64_t interval_us_;
  std::int64_t undisturbed_us_ = 0;
  std::uint64_t writes_ = 0;
};

}  // namespace

TEST_CASE("the arithmetic of writes agrees with counting them one by one", "[fake_hypervisor][property]") {
  rc::prop("whatever happens to the guest, at every instant", []() {
    GuestBench bench;
    bench.domain().write_interval_us = *rc::gen::inRange<std::int64_t>(1, 40);
    Counter counter(bench.domain().write_interval_us);
    std::int64_t now_us = 0;
    const std::vector<Step> steps = *any_steps();
    for (const Step& step : steps) {
      for (const std::int64_t until_us = now_us + step.after_us; now_us < until_us; ++now_us) {
        RC_ASSERT(bench.hypervisor.generation(bench.guest, now_us) == counter.writes());
        counter.pass_one_us(bench.domain());
      }
      const std::int64_t began_anew_us = bench.domain().writing_since_us;
      make(step.call, bench, now_us);
      if (bench.domain().writing_since_us != began_anew_us) counter.disturb();
      RC_ASSERT(bench.hypervisor.generation(bench.guest, now_us) == counter.writes());
    }
  });
}

TEST_CASE("a disk never goes back in time", "[fake_hypervisor][property]") {
  rc::prop("generations only grow, whatever happens to the guest", []() {
    GuestBench bench;
    std::int64_t now_us = 0;
    std::uint64_t before = 0;
    const std::vector<Step> steps = *any_steps();
    for (const Step& step : steps) {
      now_us += step.after_us;
      make(step.call, bench, now_us);
      bench.hypervisor.flush_writes(bench.guest, now_us);
      const std::uint64_t written = bench.content(bench.disk).extents[0].generation;
      RC_ASSERT(written >= before);
      before = written;
    }
  });
}

}  // namespace snapsim
