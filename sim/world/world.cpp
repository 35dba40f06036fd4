#include "sim/world/world.hpp"

#include <algorithm>
#include <chrono>

namespace snapsim {
namespace {

constexpr std::int64_t mib = 1024 * 1024;

/// What is put off for longer than a day is not waited for: the run is at rest before.
constexpr std::int64_t put_off_s_max = 24 * 60 * 60;

/// A round of periodic tasks that changes nothing means rest; that many rounds that each change something do not.
constexpr int periodic_rounds_max = 16;

/// Seconds until the periodic tasks that end what was put off for an instance have had their turn, and once more in
/// case that it failed just before.
std::int64_t put_off_for_s(const Config& config, const DatabaseTables::StoredInstance& stored, bool has_domain) {
  if (stored.is_deleted) {
    const std::int64_t poll_s = config.running_deleted_instance_poll_interval_s;
    return has_domain && poll_s > 0 ? config.running_deleted_instance_timeout_s + 2 * poll_s : 0;
  }
  if (stored.row.vm_state == VmState::soft_delete && config.reclaim_instance_interval_s > 0) {
    return config.reclaim_instance_interval_s + 2 * Config::periodic_task_spacing_s;
  }
  const bool is_offloaded_later = config.shelved_offload_time_s > 0 && config.shelved_poll_interval_s > 0;
  if (stored.row.vm_state == VmState::shelved && is_offloaded_later) {
    return config.shelved_offload_time_s + 2 * config.shelved_poll_interval_s;
  }
  return 0;
}

/// oslo.utils strutils: what counts as true in an image property.
bool is_true(const std::string* value) {
  return value && (*value == "yes" || *value == "true" || *value == "True" || *value == "1" || *value == "on");
}

/// GiB of the flavor's root disk: as many as the disk needs.
std::int32_t root_gb(const InstanceSpec& spec) {
  constexpr std::int64_t mib_per_gib = 1024;
  return static_cast<std::int32_t>((spec.disk_mib + mib_per_gib - 1) / mib_per_gib);
}

/// Microseconds between two writes of a block at a rate; 0: never.
std::int64_t write_interval_us(const InstanceSpec& spec) {
  if (spec.writes_mib_per_s <= 0 || spec.used_mib <= 0) return 0;
  const std::int64_t blocks_per_s = spec.writes_mib_per_s * mib / DiskBackend::block_bytes;
  return blocks_per_s >= 1'000'000 ? 1 : 1'000'000 / blocks_per_s;
}

}  // namespace

World::World(const Scenario& scenario, ChoiceSource& choices, const WorldOptions& options)
    : scenario_(scenario),
      config_(config_in_force(scenario)),
      options_(options),
      checker_(options.check_always),
      engine_(choices),
      recorder_(engine_, checker_, options.keep),
      ledger_(scenario.requests.size()),
      faults_(scenario, recorder_),
      operations_(recorder_, faults_),
      disks_(options.real ? &options.real->disks() : nullptr),
      images_(options.real ? &options.real->images() : nullptr),
      hypervisors_(engine_, engine_.add_process("libvirtd"), recorder_, disks_),
      glance_(recorder_, ledger_, disks_.model(), hypervisors_, images_),
      broker_(engine_.add_process("rabbitmq"), recorder_, operations_, ledger_, scenario.hosts.size()),
      surroundings_{config_,      recorder_, ledger_, operations_, tables_,           glance_,
                    hypervisors_, disks_,    files_,  broker_,     scenario.instances},
      api_(engine_.add_process("nova-api"), scenario, surroundings_),
      services_(computes_, api_, glance_, broker_, recorder_),
      client_(engine_.add_process("client"), scenario, api_, services_, surroundings_),
      fault_events_(engine_.add_process("faults"), scenario, faults_, services_, hypervisors_),
      moments_(scenario, glance_.glance()) {
  tables_.set_report_interval(std::chrono::seconds(config_.report_interval_s));
  if (config_.rules.contains(Rule::recover_glance_uploads)) glance_.recover_uploads_at_start();
  operations_.set_place_observer(options.places);
  if (config_.store_free_mib) images_.model().set_capacity(*config_.store_free_mib * mib);
  tables_.reserve(scenario.instances.size(), scenario.hosts.size());
  hypervisors_.hypervisor().reserve(scenario.instances.size());
  at_start_.reserve(scenario.instances.size());
  const std::size_t files = scenario.instances.size() + scenario.requests.size();
  disks_.model().reserve(files);
  files_.files.reserve(files);
  glance_.glance().reserve(scenario.requests.size());
  for (const InstanceSpec& spec : scenario.instances) {
    if (spec.at_us == 0) add_instance(spec);
  }
  for (std::uint32_t host = 0; host < scenario.hosts.size(); ++host) {
    computes_.emplace_back(engine_.add_process("nova-compute"), HostId(host), surroundings_);
  }
  client_.watch(moments_);
  fault_events_.watch(moments_);
  watch_moments();
}

void World::watch_moments() {
  if (!moments_.is_needed()) return;
  recorder_.set_observer(&moments_);
  operations_.set_listener(&moments_);
}

World::~World() {
  engine_.kill_all();
}  // threads refer to services and tables: they go first

void World::add_instance(const InstanceSpec& spec) {
  const PowerState guest = guest_at_start(spec.vm_state);
  InstanceRow row;
  row.host = HostId(spec.host);
  row.vm_state = spec.vm_state;
  row.power_state = guest;
  row.root_gb = root_gb(spec);
  row.hw_qemu_guest_agent = is_true(spec.image_property("hw_qemu_guest_agent"));
  row.os_require_quiesce = is_true(spec.image_property("os_require_quiesce"));
  tables_.add_instance(row);

  const DiskResult<FileId> made = disks_.create_guest_disk(disk_spec_of(spec));
  SNAPSIM_ASSERT(made.has_value(), "a model disk can always be made, and a real one throws");
  const InstanceUuid instance(static_cast<std::uint32_t>(at_start_.size()));
  files_.files.push_back({FilePurpose::guest_disk, instance});
  files_.instances.push_back({*made, FileId()});

  Domain domain;
  domain.exists = true;
  domain.state = guest;
  domain.has_managed_save = spec.vm_state == VmState::suspended;
  domain.has_agent = row.hw_qemu_guest_agent;
  domain.disk = *made;
  domain.disk_format = spec.disk_format;
  domain.write_interval_us = write_interval_us(spec);
  hypervisors_.add_domain(domain, row.host);
  at_start_.push_back({guest});
}

void World::begin() {
  has_begun_ = true;
  for (ComputeService& compute : computes_) compute.begin();
  client_.begin();
  fault_events_.begin();
  if (at_start_.size() == scenario_.instances.size()) return;
  Process& launcher = engine_.add_process("launcher");
  launcher.spawn("launcher", launch_late_instances(launcher));
}

/// An instance that is there from a later moment on is made there and then, without a scheduler and without taking
/// time.
Task<void> World::launch_late_instances(Process& process) {
  while (at_start_.size() < scenario_.instances.size()) {
    const Duration left = Instant(Duration(scenario_.instances[at_start_.size()].at_us)) - process.now();
    if (left > Duration::zero()) co_await process.sleep(left);
    take_in_instance();
  }
}

void World::take_in_instance() {
  const InstanceUuid instance(static_cast<std::uint32_t>(at_start_.size()));
  const InstanceSpec& spec = scenario_.instances[instance.value];
  add_instance(spec);
  const FileId disk = files_.instances[instance.value].root;
  TraceRecord made;
  made.kind = TraceKind::file_made;
  made.component = Component::engine;
  made.host = spec.host;
  made.subject = disk.value;
  made.a = static_cast<std::int64_t>(FilePurpose::guest_disk);
  made.b = instance.value;
  recorder_.write(made);
}

void World::take_in_request() {
  const auto request = static_cast<std::uint32_t>(ledger_.size());
  ledger_.add_request();
  client_.send(request);
}

void World::take_in_fault(int seen) {
  faults_.add_fault();
  fault_events_.add_fault(moments_, seen);
  watch_moments();
}

void World::run() {
  if (!has_begun_) begin();
  came_to_rest_ = run_until_rest();
  for (int round = 0; came_to_rest_; ++round) {
    const std::int64_t interval_s = periodic_round_s();
    if (interval_s <= 0) break;
    const std::uint64_t changes_before = recorder_.change_count();
    bool is_idle = false;
    came_to_rest_ = round < periodic_rounds_max && run_periodic_round(std::chrono::seconds(interval_s), is_idle);
    if (is_idle || recorder_.change_count() == changes_before) break;
  }
  check_at_rest();
}

/// Once the rules have looked at everything, found nothing to do, and nothing failed meanwhile, they will not find more
/// by looking again: `is_idle` is then true, and the rest of the round is left out. False: it does not come to rest.
bool World::run_periodic_round(Duration interval, bool& is_idle) {
  const Instant end = engine_.now() + interval;
  const Duration slice = std::chrono::seconds(Config::reconcile_interval_s);
  while (engine_.now() < end) {
    const std::uint64_t events_before = recorder_.event_count();
    if (!engine_.run_until(std::min(engine_.now() + slice, end), steps_max()) || !run_until_rest()) return false;
    is_idle = looks_at_everything() && recorder_.event_count() == events_before;
    if (is_idle) break;
  }
  return true;
}

/// Whether a round of the rules leaves nothing to later rounds, nor to another periodic task.
bool World::looks_at_everything() const {
  if (!config_.rules.contains(Rule::restore_guests)) return false;  // which does what _sync_power_states does
  if (put_off_s() > 0) return false;
  return std::none_of(computes_.begin(), computes_.end(),
                      [](const ComputeService& compute) { return compute.keeps_an_eye_on_something(); });
}

/// What the rules put right needs a few rounds of theirs.
std::int64_t World::periodic_round_s() const {
  constexpr std::int64_t reconcile_rounds = 5;
  std::int64_t round_s = config_.rules.empty() ? 0 : reconcile_rounds * Config::reconcile_interval_s;
  return std::max({round_s, config_.sync_power_state_interval_s, put_off_s()});
}

/// The longest of those that are waited for.
std::int64_t World::put_off_s() const {
  std::int64_t longest_s = 0;
  for (std::uint32_t i = 0; i < instance_count(); ++i) {
    const bool has_domain = hypervisors_.hypervisor().domain_record(InstanceUuid(i)).exists;
    const std::int64_t put_off = put_off_for_s(config_, tables_.instance(InstanceUuid(i)), has_domain);
    if (put_off <= put_off_s_max) longest_s = std::max(longest_s, put_off);
  }
  return longest_s;
}

/// Runs in slices, so that a user who interrupts need not wait for the end of a long run.
bool World::run_until_rest() {
  constexpr std::uint64_t slice = 1 << 20;
  const std::uint64_t limit = engine_.steps() + steps_max();
  while (!engine_.run_until_rest(slice)) {
    if (options_.is_interrupted && options_.is_interrupted()) {
      throw OutsideError(OutsideError::Kind::interrupted, "interrupted");
    }
    if (engine_.steps() >= limit) return false;
  }
  return true;
}

std::uint64_t World::steps_max() const {
  const std::uint64_t size = scenario_.instances.size() + scenario_.requests.size() + scenario_.hosts.size();
  return 1'000'000 + 50'000 * size;
}

void World::check_at_rest() {
  for (std::uint32_t i = 0; i < hypervisors_.hypervisor().domain_count(); ++i) {
    hypervisors_.hypervisor().flush_writes(InstanceUuid(i), hypervisors_.now_us());
  }
  if (options_.real) ask_real_tools();
  checker_.check_at_rest(*this);
}

/// What real tools say of images and disks that the model finds right. It takes a while, so they are asked once.
void World::ask_real_tools() {
  image_defects_.assign(image_count(), {});
  for (std::uint32_t i = 0; i < image_count(); ++i) {
    const ImageView view = image(i);
    const bool is_good = view.status == ImageStatus::active && view.data.is_whole && view.data.is_of_one_instant;
    if (!is_good) continue;
    const FileId uploaded = images_.model().slices(ImageId(i)).front().file;
    image_defects_[i] = options_.real->image_defect(ImageId(i), uploaded);
  }
  real_disk_is_unchanged_.assign(instance_count(), true);
  for (std::uint32_t i = 0; i < instance_count(); ++i) {
    const FileId disk = hypervisors_.hypervisor().domain_record(InstanceUuid(i)).disk;
    if (!disks_.model().exists(disk)) continue;
    real_disk_is_unchanged_[i] = options_.real->disk_is_unchanged(disk);
  }
}

std::int64_t World::leftover_bytes() {
  std::int64_t bytes = 0;
  for (std::uint32_t file = 0; file < files_.files.size(); ++file) {
    if (!is_leftover(FileId(file))) continue;
    const DiskResult<std::int64_t> length = disks_.file_bytes(FileId(file));
    if (length) bytes += *length;
  }
  return bytes;
}

}  // namespace snapsim
