#include "sim/world/moments.hpp"

#include <algorithm>
#include <variant>

namespace snapsim {
namespace {

template <class State>
bool tells_of_state(const TraceRecord& record, TraceKind kind, State state) {
  return record.kind == kind && record.code == static_cast<std::uint8_t>(state);
}

bool is_reached(const TraceRecord& record, TaskState state) {
  return tells_of_state(record, TraceKind::task_state_written, state);
}
bool is_reached(const TraceRecord& record, VmState state) {
  return tells_of_state(record, TraceKind::vm_state_written, state);
}
bool is_reached(const TraceRecord& record, PowerState state) {
  return tells_of_state(record, TraceKind::power_state_written, state);
}

int nth_of(const Moment& moment) {
  if (const auto* const when = std::get_if<WhenInstance>(&moment)) return when->nth;
  return std::get<WhenImage>(moment).nth;
}

bool is_moment(const AtOperation& at, const OperationCall& call, AtOperation::Phase phase) {
  if (at.operation != call.operation || at.phase != phase) return false;
  return !at.instance || *at.instance == call.instance.value;
}

}  // namespace

void Moments::watch(const Moment& moment, MomentTaker& taker, std::uint32_t index, int seen, bool is_of_a_proof) {
  SNAPSIM_ASSERT(!std::holds_alternative<AtTime>(moment), "times are the clock's affair");
  watches_.push_back({&moment, &taker, index, seen, is_of_a_proof});
  if (const auto* const at = std::get_if<AtOperation>(&moment)) {
    watched_operations_[static_cast<std::size_t>(at->operation)] = true;
  }
}

bool Moments::tells_of(const TraceRecord& record, const Moment& moment) const {
  if (const auto* const when = std::get_if<WhenInstance>(&moment)) {
    if (record.subject != when->instance) return false;
    return std::visit([&record](auto state) { return is_reached(record, state); }, when->state);
  }
  if (const auto* const when = std::get_if<WhenImage>(&moment)) {
    if (!tells_of_state(record, TraceKind::image_status, when->status)) return false;
    const std::uint32_t maker = glance_.record(ImageId(record.subject)).request;
    return made_image_name(scenario_, scenario_.requests[maker]) == when->image;
  }
  return false;
}

void Moments::recorded(const TraceRecord& record) {
  // What is taken writes records too, which come back here: the counting is done before.
  std::vector<std::size_t> due;
  for (std::size_t i = 0; i < watches_.size(); ++i) {
    Watch& watch = watches_[i];
    if (tells_of(record, *watch.moment) && ++watch.seen == nth_of(*watch.moment)) due.push_back(i);
  }
  for (const std::size_t i : due) watches_[i].taker->take(watches_[i].index, nullptr);
}

bool Moments::counts(const OperationCall& call, AtOperation::Phase phase) const {
  return std::ranges::any_of(watches_, [&](const Watch& watch) {
    const auto* const at = std::get_if<AtOperation>(watch.moment);
    return at && !watch.is_of_a_proof && watch.seen < at->nth && is_moment(*at, call, phase);
  });
}

Task<void> Moments::reached(Runtime& runtime, OperationCall call, AtOperation::Phase phase) {
  // Counted before anything waits: others may come to such a place meanwhile, and more may be watched for.
  std::vector<std::size_t> due;
  for (std::size_t i = 0; i < watches_.size(); ++i) {
    Watch& watch = watches_[i];
    const auto* const at = std::get_if<AtOperation>(watch.moment);
    if (at && is_moment(*at, call, phase) && ++watch.seen == at->nth) due.push_back(i);
  }
  for (const std::size_t i : due) {
    watches_[i].taker->take(watches_[i].index, &call);
    co_await watches_[i].taker->settle(runtime, watches_[i].index);
  }
}

}  // namespace snapsim
