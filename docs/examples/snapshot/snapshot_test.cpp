// What an upload that breaks leaves behind, and two properties of whatever happens.

#include <cstdint>
#include <vector>

#include <rapidcheck.h>

#include "sim/choice/replay.hpp"
#include "sim/glue/catch2.hpp"
#include "sim/glue/rapidcheck.hpp"

namespace {

/// A snapshot of one server, whose upload breaks after 8 MiB, once.
snapsim::Scenario broken_upload(snapsim::Policy policy) {
  snapsim::Scenario scenario;
  scenario.title = "the upload breaks";
  scenario.policy = policy;
  snapsim::InstanceSpec instance;
  instance.name = "vm-1";
  scenario.instances.push_back(instance);

  snapsim::RequestSpec create_image;
  create_image.action = snapsim::Action::create_image;
  create_image.instance = 0;
  create_image.name = "snap-1";
  scenario.requests.push_back(create_image);

  snapsim::FaultSpec reset;
  reset.point = snapsim::fault_point_from("glance.upload.reset").value();
  reset.after_bytes = 8 << 20;
  scenario.faults.push_back(reset);
  return scenario;
}

TEST_CASE("Nova's retry after a broken upload makes half an image active, and the repaired one a whole image") {
  const snapsim::FinishedRun nova = snapsim::simulate(broken_upload(snapsim::Policy::nova));
  CHECK_THAT(nova, snapsim::Violates("active_image_is_complete"));
  const snapsim::FinishedRun hardened = snapsim::simulate(broken_upload(snapsim::Policy::hardened));
  CHECK_THAT(hardened, snapsim::IsConsistent());
}

TEST_CASE("whatever goes wrong, Glance takes no image from one status to another that may not follow it") {
  const bool held = rc::check("any scenario, faults and choices", [] {
    snapsim::Scenario scenario = *snapsim::plain_scenario();
    scenario.faults = *snapsim::fault_plan(scenario);
    const std::vector<std::uint32_t> picks = *snapsim::choice_list();
    snapsim::ReplayChoices choices(picks);
    const snapsim::FinishedRun run = snapsim::simulate(scenario, choices);
    RC_ASSERT_FALSE(snapsim::Violates("legal_image_transitions").match(run));

    snapsim::ReplayChoices same_choices(picks);
    const snapsim::FinishedRun again = snapsim::simulate(scenario, same_choices);
    RC_ASSERT(again.output.result.fingerprint_low == run.output.result.fingerprint_low);
  });
  CHECK(held);
}

}  // namespace
