#include "sim/world/client.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace snapsim {
namespace {

using namespace std::chrono_literals;

/// How often a step that is held looks whether the request that holds it is done.
constexpr Duration hold_poll = 1ms;

template <class State>
bool tells_of(const TraceRecord& record, TraceKind kind, State state) {
  return record.kind == kind && record.code == static_cast<std::uint8_t>(state);
}

bool tells_of(const TraceRecord& record, TaskState state) {
  return tells_of(record, TraceKind::task_state_written, state);
}
bool tells_of(const TraceRecord& record, VmState state) {
  return tells_of(record, TraceKind::vm_state_written, state);
}
bool tells_of(const TraceRecord& record, PowerState state) {
  return tells_of(record, TraceKind::power_state_written, state);
}

}  // namespace

Client::Client(Process& process, const Scenario& scenario, ApiService& api, Ledger& ledger, const GlanceService& glance)
    : process_(process), scenario_(scenario), api_(api), ledger_(ledger), glance_(glance) {
  for (std::uint32_t i = 0; i < scenario.requests.size(); ++i) {
    const Moment& moment = scenario.requests[i].moment;
    if (std::holds_alternative<AtTime>(moment)) {
      by_time_.push_back(i);
    } else {
      watchers_.push_back({i, 0});
    }
    if (const auto* const at = std::get_if<AtOperation>(&moment)) {
      watched_operations_[static_cast<std::size_t>(at->operation)] = true;
    }
  }
  const auto time_of = [&scenario](std::uint32_t i) { return std::get<AtTime>(scenario.requests[i].moment).at_us; };
  std::stable_sort(by_time_.begin(), by_time_.end(),
                   [&time_of](std::uint32_t a, std::uint32_t b) { return time_of(a) < time_of(b); });
}

void Client::begin() {
  if (!by_time_.empty()) process_.spawn("client", send_by_the_clock());
}

Task<void> Client::send_by_the_clock() {
  for (const std::uint32_t request : by_time_) {
    const Instant due{Duration(std::get<AtTime>(scenario_.requests[request].moment).at_us)};
    const Duration left = due - process_.now();
    if (left > Duration::zero()) co_await process_.sleep(left);
    send(request);
  }
}

void Client::send(std::uint32_t request) {
  const RequestSpec& spec = scenario_.requests[request];
  SNAPSIM_ASSERT(spec.action == Action::create_image && spec.instance, "the reader lets no other request pass");
  api_.create_image(RequestId(request), InstanceUuid(*spec.instance), spec.name);
}

bool Client::is_due(Watcher& watcher, int nth) {
  return ++watcher.seen == nth;
}

bool Client::is_moment(const RequestSpec& request, const TraceRecord& record) const {
  if (const auto* const when = std::get_if<WhenInstance>(&request.moment)) {
    if (record.subject != when->instance) return false;
    return std::visit([&record](auto state) { return tells_of(record, state); }, when->state);
  }
  if (const auto* const when = std::get_if<WhenImage>(&request.moment)) {
    if (!tells_of(record, TraceKind::image_status, when->status)) return false;
    const std::uint32_t maker = glance_.glance().record(ImageId(record.subject)).request;
    return scenario_.requests[maker].name == when->image;
  }
  return false;
}

void Client::recorded(const TraceRecord& record) {
  for (Watcher& watcher : watchers_) {
    const RequestSpec& request = scenario_.requests[watcher.request];
    if (!is_moment(request, record)) continue;
    const auto* const instance = std::get_if<WhenInstance>(&request.moment);
    const int nth = instance ? instance->nth : std::get<WhenImage>(request.moment).nth;
    if (is_due(watcher, nth)) due_.push_back(watcher.request);
  }
  // Sending writes a record too: the list is emptied first.
  for (const std::uint32_t request : std::exchange(due_, {})) send(request);
}

Task<void> Client::reached(Runtime& runtime, OperationCall call, AtOperation::Phase phase) {
  for (Watcher& watcher : watchers_) {
    const std::uint32_t request = watcher.request;
    const RequestSpec& spec = scenario_.requests[request];
    const auto* const at = std::get_if<AtOperation>(&spec.moment);
    if (!at || at->operation != call.operation || at->phase != phase) continue;
    if (at->instance && *at->instance != call.instance.value) continue;
    if (!is_due(watcher, at->nth)) continue;
    send(request);
    while (spec.hold && ledger_.entry(RequestId(request)).open_work > 0) co_await runtime.sleep(hold_poll);
  }
}

}  // namespace snapsim
