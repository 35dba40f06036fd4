#include "tests/check/small_cloud.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace snapsim::testing {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t steps_max = 100'000;

RequestSpec create_image(std::uint32_t instance, const std::string& name) {
  RequestSpec request;
  request.action = Action::create_image;
  request.instance = instance;
  request.name = name;
  return request;
}

Task<void> update_once(Database& database, RequestContext context, InstanceUuid instance, InstanceChanges changes) {
  const DbResult<InstanceRow> updated = co_await database.instance_update(context, instance, changes, std::nullopt);
  if (!updated) throw std::logic_error("the database refuses an update without a guard");
}

bool has_seen(World& world, HostId host, TraceKind kind, std::uint8_t code) {
  const std::vector<TraceRecord>& trace = world.recorder().trace();
  return std::any_of(trace.begin(), trace.end(), [=](const TraceRecord& record) {
    return record.kind == kind && record.code == code && record.host == host.value;
  });
}

Task<void> kill_compute(Runtime& runtime, World& world, HostId host, TraceKind kind, std::uint8_t code) {
  while (!has_seen(world, host, kind, code)) co_await runtime.sleep(100us);
  world.services().kill(Service::compute, host);
}

Task<void> work_for_ever(Runtime& runtime) {
  for (;;) co_await runtime.sleep(1s);
}

}  // namespace

Scenario two_snapshots() {
  Scenario scenario;
  scenario.hosts = {"compute-1", "compute-2"};
  InstanceSpec running;
  running.name = "vm-1";
  running.writes_mib_per_s = 2;
  running.image_properties = {{"hw_qemu_guest_agent", "yes"}};
  InstanceSpec stopped;
  stopped.name = "vm-2";
  stopped.host = 1;
  stopped.vm_state = VmState::stopped;
  scenario.instances = {running, stopped};
  scenario.requests = {create_image(0, "snap-1"), create_image(1, "snap-2")};
  return scenario;
}

SmallCloud::SmallCloud(Scenario of)
    : scenario(std::move(of)),
      world(scenario, choices, WorldOptions()),
      intruder_(world.engine().add_process("intruder")),
      database_(intruder_, world.tables(), operations_, journal, world.ledger()) {}

Violations SmallCloud::violations_of(std::string_view invariant) const {
  Violations found;
  std::copy_if(world.violations().begin(), world.violations().end(), std::back_inserter(found),
               [invariant](const Violation& violation) { return violation.invariant == invariant; });
  return found;
}

void SmallCloud::update(InstanceUuid instance, const InstanceChanges& changes) {
  intruder_.spawn("update", update_once(database_, {RequestId(0)}, instance, changes));
  world.engine().run_until_rest(steps_max);
}

void SmallCloud::write_task_state(InstanceUuid instance, TaskState state) {
  InstanceChanges changes;
  changes.task_state = state;
  update(instance, changes);
}

void SmallCloud::replace_data(ImageId image, const std::vector<ImageSlice>& slices) {
  Images& store = world.images();
  store.remove(image);
  const auto require = [](bool did) {
    if (!did) throw std::logic_error("the model's store takes everything");
  };
  require(store.begin(image).has_value());
  for (const ImageSlice& slice : slices) require(store.append(image, slice).has_value());
  require(store.finish(image).has_value());
}

ImageSlice SmallCloud::uploaded(ImageId image) {
  return world.images().model().slices(image).front();
}

void kill_compute_at(World& world, HostId host, TraceKind kind, std::uint8_t code) {
  Process& saboteur = world.engine().add_process("saboteur");
  saboteur.spawn("kill", kill_compute(saboteur, world, host, kind, code));
}

void add_endless_work(World& world) {
  Process& process = world.engine().add_process("busy");
  process.spawn("for-ever", work_for_ever(process));
}

}  // namespace snapsim::testing
