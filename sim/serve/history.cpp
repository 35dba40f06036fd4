#include "sim/serve/history.hpp"

#include <algorithm>

namespace snapsim {

InstanceHistory& History::at(std::uint32_t index) {
  if (index >= instances_.size()) instances_.resize(index + 1);
  return instances_[index];
}

const InstanceHistory& History::instance(std::uint32_t index) const {
  static const InstanceHistory unknown{};
  return index < instances_.size() ? instances_[index] : unknown;
}

const ImageHistory& History::image(std::uint32_t index) const {
  static const ImageHistory unknown{};
  return index < images_.size() ? images_[index] : unknown;
}

void History::event_started(const TraceRecord& record) {
  std::vector<ActionRow>& actions = at(record.subject).actions;
  const auto action = std::find_if(actions.rbegin(), actions.rend(),
                                   [&record](const ActionRow& row) { return row.request == record.request; });
  if (action == actions.rend()) return;  // of a task that no request ordered
  action->events.push_back({static_cast<RpcMethod>(record.code), record.host, record.virtual_us, std::nullopt, false});
  action->updated_us = record.virtual_us;
}

void History::event_finished(const TraceRecord& record) {
  for (ActionRow& action : at(record.subject).actions) {
    if (action.request != record.request) continue;
    for (ActionEvent& event : action.events) {
      if (event.method != static_cast<RpcMethod>(record.code) || event.finished_us) continue;
      event.finished_us = record.virtual_us;
      event.is_success = record.a == 1;
      action.updated_us = record.virtual_us;
      return;
    }
  }
}

void History::take(const TraceRecord& record) {
  switch (record.kind) {
    case TraceKind::vm_state_written:
    case TraceKind::task_state_written:
    case TraceKind::power_state_written:
      at(record.subject).updated_us = record.virtual_us;
      break;
    case TraceKind::action_started:
      at(record.subject)
          .actions.push_back(
              {static_cast<Action>(record.code), record.request, record.virtual_us, record.virtual_us, {}});
      break;
    case TraceKind::event_started:
      event_started(record);
      break;
    case TraceKind::event_finished:
      event_finished(record);
      break;
    case TraceKind::fault_recorded:
      at(record.subject).newest_fault =
          FaultRow{Failure::unpack(record.b), static_cast<int>(record.a), record.virtual_us};
      break;
    case TraceKind::image_status:
      if (record.subject >= images_.size()) images_.resize(record.subject + 1);
      if (record.a < 0) images_[record.subject].created_us = record.virtual_us;
      images_[record.subject].updated_us = record.virtual_us;
      break;
    case TraceKind::process_died:
      if (record.component == Component::nova_api) is_api_up_ = false;
      break;
    case TraceKind::process_started:
      if (record.component == Component::nova_api) is_api_up_ = true;
      break;
    default:
      break;
  }
}

}  // namespace snapsim
