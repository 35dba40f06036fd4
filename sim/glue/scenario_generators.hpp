#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <rapidcheck.h>

#include "sim/scenario/writer.hpp"
#include "sim/world/scenario.hpp"

namespace snapsim {

/// What generators of parts of a scenario are made of. To be called while RapidCheck generates a value.
namespace generators {

/// A whole number in [first, last].
template <class Integer>
inline Integer whole(Integer first, Integer last) {
  return *rc::gen::inRange<Integer>(first, static_cast<Integer>(last + 1));
}

inline bool maybe() {
  return *rc::gen::arbitrary<bool>();
}

inline std::uint32_t index_in(std::size_t size) {
  return whole<std::uint32_t>(0, static_cast<std::uint32_t>(size - 1));
}

template <class State>
inline State any_state(State last) {
  return static_cast<State>(whole<int>(0, static_cast<int>(last)));
}

inline TaskState any_task_state() {
  return any_state(TaskState::spawning);
}
inline VmState any_vm_state() {
  return any_state(VmState::shelved_offloaded);
}
inline ImageStatus any_image_status() {
  return any_state(ImageStatus::deleted);
}

inline PowerState any_power_state() {
  return *rc::gen::element(PowerState::pending, PowerState::running, PowerState::paused, PowerState::shutdown,
                           PowerState::crashed, PowerState::suspended);
}

/// Characters that a careless writer or reader would trip over.
inline std::string odd_text() {
  const auto pieces = *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
      "a", "Z", "0", "\"", "\\", "'", "~", "{", "]", ",", ":", "//", "/*", "é", "鯨", "\xf0\x9f\x90\x8b", "\xcc\x81"));
  std::string text;
  for (std::size_t i = 0; i < std::min<std::size_t>(pieces.size(), 12); ++i) text += pieces[i];
  return text;
}

/// As odd, but fit to name an instance: without "/".
inline std::string odd_name_part() {
  std::string text = odd_text();
  text.erase(std::remove(text.begin(), text.end(), '/'), text.end());
  return text;
}

inline std::string unique_name(const std::string& stem, std::size_t index) {
  return stem + std::to_string(index) + "-" + odd_name_part();
}

inline Config any_config() {
  Config config;
  config.live_snapshot = maybe();
  config.glance_num_retries = whole(0, 5);
  config.max_concurrent_snapshots = whole(0, 8);
  config.max_concurrent_disk_ops = whole(0, 3);
  if (maybe()) config.snapshot_image_format = maybe() ? DiskFormat::qcow2 : DiskFormat::raw;
  config.sync_power_state_interval_s = maybe() ? -1 : whole<std::int64_t>(1, 1200);
  config.shutdown_timeout_s = whole<std::int64_t>(0, 120);
  config.reclaim_instance_interval_s = maybe() ? 0 : whole<std::int64_t>(1, 3600);
  config.shelved_offload_time_s = whole<std::int64_t>(-1, 3600);
  config.shelved_poll_interval_s = maybe() ? -1 : whole<std::int64_t>(1, 3600);
  config.report_interval_s = whole<std::int64_t>(1, 60);
  config.service_down_time_s = whole<std::int64_t>(1, 120);
  config.running_deleted_instance_poll_interval_s = maybe() ? -1 : whole<std::int64_t>(1, 3600);
  config.running_deleted_instance_timeout_s = whole<std::int64_t>(0, 60);
  return config;
}

inline InstanceSpec any_instance(std::size_t index, std::size_t hosts) {
  InstanceSpec instance;
  instance.name = unique_name("vm-", index);
  instance.host = index_in(hosts);
  instance.vm_state = *rc::gen::element(VmState::active, VmState::paused, VmState::suspended, VmState::stopped,
                                        VmState::error, VmState::rescued);
  instance.disk_mib = whole<std::int64_t>(1, 256);
  instance.used_mib = whole<std::int64_t>(0, instance.disk_mib);
  instance.writes_mib_per_s = whole<std::int64_t>(0, 20);
  instance.disk_format = maybe() ? DiskFormat::qcow2 : DiskFormat::raw;
  instance.backing_file = instance.disk_format == DiskFormat::qcow2 && maybe();
  if (maybe()) instance.image_properties.emplace_back("hw_qemu_guest_agent", "yes");
  if (maybe()) instance.image_properties.emplace_back("os_require_quiesce", maybe() ? "yes" : "no");
  if (maybe()) instance.image_properties.emplace_back("note-" + odd_text(), odd_text());
  return instance;
}

/// Names of the images that the scenario's requests make.
inline std::vector<std::string> image_names(const Scenario& scenario) {
  std::vector<std::string> names;
  for (const RequestSpec& request : scenario.requests) {
    std::string name = made_image_name(scenario, request);
    if (!name.empty()) names.push_back(std::move(name));
  }
  return names;
}

inline Moment any_moment(const Scenario& scenario) {
  const int kind = whole(0, 3);
  const std::vector<std::string> images = image_names(scenario);
  if (kind == 1 && !scenario.instances.empty()) {
    WhenInstance moment;
    moment.instance = index_in(scenario.instances.size());
    moment.nth = whole(1, 4);
    switch (whole(0, 2)) {
      case 0:
        moment.state = any_task_state();
        break;
      case 1:
        moment.state = any_vm_state();
        break;
      default:
        moment.state = any_power_state();
        break;
    }
    return moment;
  }
  if (kind == 2 && !images.empty()) {
    return WhenImage{images.at(index_in(images.size())), any_image_status(), whole(1, 4)};
  }
  if (kind == 3) {
    AtOperation moment;
    moment.phase = any_state(AtOperation::Phase::after);
    moment.operation = any_state(Operation::disk_delete_instance_files);
    moment.nth = whole(1, 4);
    if (!scenario.instances.empty() && maybe()) moment.instance = index_in(scenario.instances.size());
    return moment;
  }
  return AtTime{whole<std::int64_t>(0, 1'000'000) * 1000};
}

inline InstanceExpectation any_expectation(std::uint32_t instance) {
  InstanceExpectation expected;
  expected.instance = instance;
  if (maybe()) expected.vm_state = any_vm_state();
  if (maybe()) expected.task_state = any_task_state();
  if (maybe()) expected.power_state = any_power_state();
  if (maybe()) {
    expected.task_states.emplace();
    for (int i = whole(0, 8); i > 0; --i) expected.task_states->push_back(any_task_state());
  }
  return expected;
}

inline ImageExpectation any_expectation(const std::string& image) {
  ImageExpectation expected;
  expected.image = image;
  if (maybe()) expected.status = maybe() ? std::string("absent") : std::string(to_string(any_image_status()));
  if (maybe()) {
    expected.statuses.emplace();
    for (int i = whole(0, 4); i > 0; --i) expected.statuses->emplace_back(to_string(any_image_status()));
  }
  return expected;
}

inline Scenario make_any_scenario() {
  Scenario scenario;
  scenario.path = "generated.json";
  scenario.title = odd_text();
  scenario.why = odd_text() + (maybe() ? "\n" : "");
  scenario.config = any_config();
  scenario.hosts.clear();
  for (int i = whole(1, 3); i > 0; --i) scenario.hosts.push_back(unique_name("host-", scenario.hosts.size()));
  for (int i = whole(0, 4); i > 0; --i) {
    scenario.instances.push_back(any_instance(scenario.instances.size(), scenario.hosts.size()));
  }
  if (!scenario.instances.empty()) {
    for (int i = whole(0, 5); i > 0; --i) {
      RequestSpec request;
      request.action = Action::create_image;
      request.instance = index_in(scenario.instances.size());
      request.name = "snap-" + std::to_string(scenario.requests.size()) + odd_text() + (maybe() ? " " : "");
      scenario.requests.push_back(std::move(request));
    }
  }
  // A moment may name the image of any request, so all of them are named first.
  for (RequestSpec& request : scenario.requests) {
    request.moment = any_moment(scenario);
    request.hold = maybe();
  }
  for (std::uint32_t i = 0; i < scenario.instances.size(); ++i) {
    if (maybe()) scenario.expect.instances.push_back(any_expectation(i));
  }
  for (std::uint32_t i = 0; i < scenario.requests.size(); ++i) {
    if (maybe()) scenario.expect.images.push_back(any_expectation(scenario.requests[i].name));
    if (maybe()) scenario.expect.requests.push_back({i, maybe() ? std::optional(whole(0, 599)) : std::nullopt});
  }
  if (maybe()) scenario.violates = {"no_orphan_image"};
  if (maybe()) scenario.seed = *rc::gen::arbitrary<std::uint64_t>();
  scenario.choices = *rc::gen::arbitrary<std::vector<std::uint32_t>>();
  return scenario;
}

inline RequestSpec make_plain_request(const Scenario& scenario, bool is_first) {
  RequestSpec request;
  request.instance = index_in(scenario.instances.size());
  const std::string number = std::to_string(scenario.requests.size() + 1);
  request.action =
      is_first
          ? Action::create_image
          : *rc::gen::element(Action::create_image, Action::create_backup, Action::delete_, Action::stop, Action::start,
                              Action::pause, Action::unpause, Action::suspend, Action::resume, Action::reboot,
                              Action::rescue, Action::unrescue, Action::shelve, Action::unshelve, Action::delete_image);
  switch (request.action) {
    case Action::create_image:
    case Action::create_backup:
      request.name = "snap-" + number;
      break;
    case Action::shelve:
      request.name = scenario.instances.at(*request.instance).name + "-shelved";
      break;
    case Action::delete_image:
      request.instance.reset();
      request.name = scenario.requests.front().name;
      break;
    default:
      break;
  }
  return request;
}

inline Scenario make_plain_scenario() {
  Scenario scenario;
  scenario.path = "generated.json";
  scenario.title = "generated";
  scenario.config.live_snapshot = maybe();
  if (maybe()) scenario.hosts.push_back("compute-2");
  for (int i = 1, last = whole(1, 3); i <= last; ++i) {
    InstanceSpec instance;
    instance.name = "vm-" + std::to_string(i);
    instance.host = index_in(scenario.hosts.size());
    instance.writes_mib_per_s = whole<std::int64_t>(0, 8);
    scenario.instances.push_back(std::move(instance));
  }
  for (int i = 1, last = whole(1, 4); i <= last; ++i) scenario.requests.push_back(make_plain_request(scenario, i == 1));
  for (RequestSpec& request : scenario.requests) request.moment = any_moment(scenario);
  scenario.requests.front().moment = AtTime{};
  return scenario;
}

}  // namespace generators

/// Any scenario that the reader accepts: a few hosts, instances and requests with every kind of moment, every option
/// and odd but allowed names, and expectations that its run need not meet. Shrinks towards the smallest one.
inline rc::Gen<Scenario> any_scenario() {
  return rc::gen::exec(generators::make_any_scenario);
}

/// A scenario to run: one host or two, up to three active servers, a create_image at once and up to three further
/// requests at moments in its course or beside it. It expects nothing and plans no fault. Shrinks towards the
/// create_image alone.
inline rc::Gen<Scenario> plain_scenario() {
  return rc::gen::exec(generators::make_plain_scenario);
}

/// For RapidCheck's messages.
inline void showValue(const Scenario& scenario, std::ostream& out) {
  out << write_scenario(scenario);
}

}  // namespace snapsim

namespace rc {

template <>
struct Arbitrary<snapsim::Scenario> {
  static Gen<snapsim::Scenario> arbitrary() { return snapsim::any_scenario(); }
};

}  // namespace rc
