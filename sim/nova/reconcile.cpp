#include <algorithm>
#include <utility>

#include "sim/nova/compute_manager_call.hpp"
#include "sim/nova/exceptions.hpp"

// The periodic task of policy `hardened`: what nobody works on any more is put right. Nova has nothing of the kind.
// Whatever fails here is tried again at the next round.

namespace snapsim {
namespace {

using namespace std::chrono_literals;

/// How long something has to look abandoned before it is taken for abandoned: a message may still be on its way.
constexpr Duration grace = 60s;

bool is_unfinished(ImageStatus status) {
  return status == ImageStatus::queued || status == ImageStatus::saving || status == ImageStatus::uploading ||
         status == ImageStatus::importing;
}

bool is_rebuild(TaskState state) {
  return state == TaskState::rebuilding || state == TaskState::rebuild_block_device_mapping ||
         state == TaskState::rebuild_spawning;
}

PowerState promised_power_state(VmState vm_state) {
  if (vm_state == VmState::paused) return PowerState::paused;
  const bool is_off = vm_state == VmState::stopped || vm_state == VmState::suspended || vm_state == VmState::shelved;
  return is_off ? PowerState::shutdown : PowerState::running;
}

/// Forgets what was not seen in this round.
template <class Key>
void forget_others(std::map<Key, Instant>& first_seen, const std::set<Key>& seen) {
  std::erase_if(first_seen, [&seen](const auto& entry) { return seen.count(entry.first) == 0; });
}

}  // namespace

bool ComputeManager::is_at_work(InstanceUuid instance) const {
  return std::any_of(calls_.begin(), calls_.end(),
                     [instance](const Call& call) { return call.instance.uuid == instance; });
}

bool ComputeManager::is_doing(InstanceUuid instance, RpcMethod method) const {
  return std::any_of(calls_.begin(), calls_.end(), [instance, method](const Call& call) {
    return call.instance.uuid == instance && call.method == method;
  });
}

bool ComputeManager::is_at_work_for(RequestId request) const {
  return std::any_of(calls_.begin(), calls_.end(),
                     [request](const Call& call) { return call.context.request_id == request; });
}

template <class Key>
bool ComputeManager::is_overdue(FirstSeen<Key>& first_seen, Key key) {
  const auto [seen, is_new] = first_seen.try_emplace(key, runtime_.now());
  return !is_new && runtime_.now() - seen->second >= grace;
}

Task<void> ComputeManager::reconcile() {
  const DbResult<std::vector<InstanceUuid>> instances = co_await database_.instances_on_host(RequestContext(), host_);
  if (!instances) co_return;
  for (const InstanceUuid uuid : *instances) co_await reconcile_instance(uuid);
  const DbResult<std::vector<InstanceUuid>> shelved = co_await database_.instances_shelved_from(host_);
  if (!shelved) co_return;
  for (const InstanceUuid uuid : *shelved) {
    if (rules_.contains(Rule::reconcile_tasks) && !is_at_work(uuid)) co_await attempt(reconcile_task(uuid));
  }
  if (rules_.contains(Rule::clean_up_hosts)) {
    co_await attempt(driver_.clean_up_directories(RequestContext()));
    co_await attempt(destroy_forgotten_guests());
  }
  if (rules_.contains(Rule::reap_orphan_images)) co_await attempt(reap_orphan_images());
}

/// One thing that is put right does not depend on the others.
Task<bool> ComputeManager::attempt(Task<void> work) {
  try {
    co_await std::move(work);
    co_return true;
  } catch (const Exception&) {
    co_return false;
  }
}

Task<void> ComputeManager::reconcile_instance(InstanceUuid uuid) {
  if (is_at_work(uuid)) {
    stuck_tasks_.erase(uuid);
    co_return;
  }
  if (rules_.contains(Rule::clean_up_hosts)) co_await attempt(driver_.clean_up_guest(RequestContext(), uuid));
  if (rules_.contains(Rule::reconcile_tasks)) {
    co_await attempt(reconcile_task(uuid));
    co_await attempt(conclude_actions(uuid));
  }
  if (rules_.contains(Rule::restore_guests)) co_await query_driver_power_state_and_sync(uuid);
}

/// A deletion is taken up again; every other task is given up.
Task<void> ComputeManager::reconcile_task(InstanceUuid uuid) {
  Instance instance = co_await Instance::get_by_uuid(RequestContext(), database_, uuid);
  const TaskState found = instance.task_state;
  if (found == TaskState::none) {
    stuck_tasks_.erase(instance.uuid);
    co_return;
  }
  if (!is_overdue(stuck_tasks_, instance.uuid)) co_return;
  stuck_tasks_.erase(instance.uuid);
  if (found == TaskState::deleting) {
    co_await retry(RpcMethod::terminate_instance, instance);
  } else if (found == TaskState::soft_deleting) {
    co_await retry(RpcMethod::soft_delete_instance, instance);
  } else {
    journal_.log(RequestContext(), instance.uuid, LogMessage::clearing_transitional_state,
                 static_cast<std::int64_t>(found));
    instance.task_state = TaskState::none;
    if (is_rebuild(found)) instance.vm_state = VmState::error;
    co_await instance.save(RequestContext(), database_, journal_, found);
  }
}

/// Actions whose event has no result get one: what became of the image says which.
Task<void> ComputeManager::conclude_actions(InstanceUuid uuid) {
  const DbResult<std::vector<UnfinishedAction>> unfinished = co_await database_.unfinished_actions(uuid);
  if (!unfinished) co_return;
  for (const UnfinishedAction action : *unfinished) {
    if (is_at_work_for(action.request) || !is_overdue(open_actions_, action.request)) continue;
    co_await attempt(conclude_action(uuid, action));
  }
}

Task<void> ComputeManager::conclude_action(InstanceUuid uuid, UnfinishedAction action) {
  const RequestContext context{action.request};
  ImageFilters of_instance;
  of_instance.instance = uuid;
  const std::vector<GlanceImage> images = co_await image_api_.detail(context, of_instance);
  bool success = false;
  for (const GlanceImage image : images) {
    if (image.request != action.request) continue;
    success |= image.status == ImageStatus::active;
    if (is_unfinished(image.status)) co_await image_api_.remove(context, uuid, image.id);
  }
  co_await record_conclusion(context, uuid, action.method, success);
  open_actions_.erase(action.request);
}

Task<void> ComputeManager::record_conclusion(RequestContext context, InstanceUuid uuid, RpcMethod method,
                                             bool success) {
  requests_begun_.insert(context.request_id);
  if (!success) {
    const Failure given_up{FailureKind::messaging_timeout, 0, 0, 0};
    const DbResult<void> recorded = co_await database_.instance_fault_create(context, uuid, given_up, 500);
    if (!recorded) throw DbError();
  }
  const DbResult<bool> has_event = co_await database_.action_event_exists(context, uuid, method);
  if (has_event && !*has_event) {
    const DbResult<void> started = co_await database_.action_event_start(context, uuid, method);
    if (!started) throw DbError();
  }
  const DbResult<void> finished = co_await database_.action_event_finish(context, uuid, method, success);
  if (!finished) throw DbError();
}

/// Guests whose instance is deleted: a snapshot may have defined the domain again after its deletion.
Task<void> ComputeManager::destroy_forgotten_guests() {
  const std::vector<InstanceUuid> domains = co_await driver_.list_instance_uuids();
  for (const InstanceUuid uuid : domains) {
    bool is_forgotten = false;
    try {
      co_await Instance::get_by_uuid(RequestContext(), database_, uuid);
    } catch (const InstanceNotFound&) {
      is_forgotten = !is_at_work(uuid);
    }
    if (is_forgotten) co_await attempt(driver_.destroy(RequestContext(), uuid, true));
  }
}

Task<void> ComputeManager::reap_orphan_images() {
  const std::vector<GlanceImage> images = co_await image_api_.detail(RequestContext(), ImageFilters());
  std::set<ImageId> seen;
  for (const GlanceImage image : images) {
    const bool is_abandoned = co_await is_orphan(image);
    if (!is_abandoned) continue;
    seen.insert(image.id);
    if (is_overdue(orphans_, image.id)) {
      co_await attempt(image_api_.remove(RequestContext(), image.instance, image.id));
    }
  }
  forget_others(orphans_, seen);
}

/// An unfinished image of an instance of this host, or of none any more, that nobody works on or will.
Task<bool> ComputeManager::is_orphan(GlanceImage image) {
  if (!is_unfinished(image.status) || is_at_work(image.instance)) co_return false;
  bool is_mine = true;
  try {
    const Instance instance = co_await Instance::get_by_uuid(RequestContext(), database_, image.instance);
    const bool was_here = !instance.host.exists() && instance.shelved_host == host_;
    is_mine = (instance.host == host_ || was_here) && instance.task_state == TaskState::none;
  } catch (const InstanceNotFound&) {
    // Its instance is deleted: any host may do it.
  }
  co_return is_mine;
}

/// Whether the guest is not as its vm_state promises, and nobody asked for that.
Task<bool> ComputeManager::needs_to_be_brought_back(const Instance& instance, PowerState vm_power_state) {
  const bool should_be_on = instance.vm_state == VmState::active || instance.vm_state == VmState::paused;
  // One in error may have lost its disk too, as after a failed rebuild.
  if (vm_power_state == PowerState::pending) {
    co_return instance.vm_state != VmState::error || driver_.has_root_disk(instance.uuid);
  }
  if (instance.vm_state == VmState::active && vm_power_state == PowerState::paused) co_return true;
  const bool should_be_off = instance.vm_state == VmState::suspended || instance.vm_state == VmState::shelved;
  if (should_be_off || instance.vm_state == VmState::paused) {
    if (vm_power_state == PowerState::running) co_return true;
  }
  if (!should_be_on || vm_power_state != PowerState::shutdown) co_return false;
  const RequestContext context;
  const InstanceUuid uuid = instance.uuid;
  co_return co_await driver_.awaits_its_start(context, uuid);
}

/// The guest is started, from its managed save if it has one; where it runs though it should not, it is believed.
Task<void> ComputeManager::bring_back(Instance& instance, PowerState vm_power_state) {
  const RequestContext context;
  const InstanceUuid uuid = instance.uuid;
  journal_.log(context, uuid, LogMessage::guest_brought_back, static_cast<std::int64_t>(vm_power_state));
  if (vm_power_state == PowerState::running) {
    instance.vm_state = VmState::active;
  } else {
    co_await driver_.restore_guest(context, uuid, promised_power_state(instance.vm_state));
  }
  instance.power_state = co_await get_power_state(context, uuid);
  co_await instance.save(context, database_, journal_, TaskState::none);
}

}  // namespace snapsim
