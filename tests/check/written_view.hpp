#pragma once

#include <string>
#include <vector>

#include "sim/check/invariant.hpp"
#include "sim/check/view.hpp"

namespace snapsim::testing {

/// A world that is written down, not run: what invariants see of things that a run of this version cannot reach. As it
/// is made, nothing is in it that an invariant could object to: an instance that runs, and its finished snapshot.
struct WrittenView final : WorldView {
  WrittenView() {
    InstanceView running;
    running.vm_state = VmState::active;
    running.power_state = PowerState::running;
    running.guest = PowerState::running;
    running.guest_at_start = PowerState::running;
    instances.push_back(running);

    ImageView finished;
    finished.status = ImageStatus::active;
    finished.size_bytes = 100;
    finished.data = {100, 100, true, true, true, ""};
    images.push_back(finished);

    RequestView accepted;
    accepted.action = Action::create_image;
    accepted.instance = InstanceUuid(0);
    accepted.status = 202;
    accepted.image = ImageId(0);
    accepted.was_cast = true;
    accepted.event = EventOutcome::success;
    requests.push_back(accepted);
  }

  std::uint32_t instance_count() const override { return static_cast<std::uint32_t>(instances.size()); }
  InstanceView instance(std::uint32_t index) const override { return instances.at(index); }
  std::string instance_name(std::uint32_t index) const override { return "vm-" + std::to_string(index + 1); }
  std::uint32_t image_count() const override { return static_cast<std::uint32_t>(images.size()); }
  ImageView image(std::uint32_t index) const override { return images.at(index); }
  std::string image_name(std::uint32_t index) const override { return "snap-" + std::to_string(index + 1); }
  std::uint32_t request_count() const override { return static_cast<std::uint32_t>(requests.size()); }
  RequestView request(std::uint32_t index) const override { return requests.at(index); }
  std::uint32_t leftover_file_count() const override { return static_cast<std::uint32_t>(leftovers.size()); }
  std::string leftover_file(std::uint32_t index) const override { return leftovers.at(index); }
  bool any_server_failed() const override { return server_failed; }
  bool came_to_rest() const override { return rests; }
  std::int64_t now_us() const override { return 5'000'000; }

  std::vector<InstanceView> instances;
  std::vector<ImageView> images;
  std::vector<RequestView> requests;
  std::vector<std::string> leftovers;
  bool server_failed = false;
  bool rests = true;
};

/// What the invariants find at rest.
inline Violations check(const WrittenView& view) {
  Checker checker;
  checker.check_at_rest(view);
  return checker.violations();
}

}  // namespace snapsim::testing
