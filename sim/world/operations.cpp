#include "sim/world/operations.hpp"

namespace snapsim {

TraceRecord Operations::record(TraceKind kind, const OperationCall& call) const {
  TraceRecord made;
  made.kind = kind;
  made.code = static_cast<std::uint8_t>(call.operation);
  made.component = call.component;
  made.host = call.host.value;
  made.request = call.context.request_id.value;
  made.subject = call.instance.value;
  made.a = call.image;
  return made;
}

Task<bool> Operations::begin(Runtime& runtime, OperationCall call, Duration duration, Outage* server) {
  const bool in_halves = passes_in_halves(call);
  co_await reach(runtime, call, AtOperation::Phase::before);
  recorder_.write(record(TraceKind::operation_begun, call));
  if (in_halves) co_return co_await pass_in_halves(runtime, call, duration, server);
  if (server) co_return co_await server->wait(runtime, duration);
  co_await runtime.sleep(duration);
  co_return true;
}

Task<void> Operations::open(Runtime& runtime, OperationCall call) {
  co_await reach(runtime, call, AtOperation::Phase::before);
  recorder_.write(record(TraceKind::operation_begun, call));
  // More happens until its end than that time passes.
  recorder_.dealings().brought_about(call.component);
}

Task<bool> Operations::pass(Runtime& runtime, OperationCall call, Duration duration, Outage* server) {
  if (passes_in_halves(call)) co_return co_await pass_in_halves(runtime, call, duration, server);
  if (server) co_return co_await server->wait(runtime, duration);
  co_await runtime.sleep(duration);
  co_return true;
}

Task<void> Operations::reach(Runtime& runtime, OperationCall call, AtOperation::Phase phase) {
  if (places_) show_moment(call, phase);
  if (!is_waited_for(call)) return {};
  return listener_->reached(runtime, call, phase);
}

/// The observer may have a fault taken in that waits for this very moment.
void Operations::show_moment(const OperationCall& call, AtOperation::Phase phase) {
  // A moment that the scenario waits for is like none before it and none after it.
  const bool counts = is_waited_for(call) && listener_->counts(call, phase);
  if (counts) recorder_.dealings().with_everybody();
  places_->reached(call, phase);
  if (counts) recorder_.dealings().with_everybody();
}

Task<bool> Operations::pass_in_halves(Runtime& runtime, OperationCall call, Duration duration, Outage* server) {
  const Duration half = duration / 2;
  if (!server) {
    co_await runtime.sleep(half);
    co_await reach(runtime, call, AtOperation::Phase::during);
    co_await runtime.sleep(duration - half);
    co_return true;
  }
  const bool is_served_so_far = co_await server->wait(runtime, half);
  if (!is_served_so_far) co_return false;
  co_await reach(runtime, call, AtOperation::Phase::during);
  co_return co_await server->wait(runtime, duration - half);
}

void Operations::ended(const OperationCall& call, std::int64_t failure) {
  TraceRecord made = record(TraceKind::operation_ended, call);
  made.b = failure;
  recorder_.write(made);
}

Task<void> Operations::finish(Runtime& runtime, OperationCall call) {
  return reach(runtime, call, AtOperation::Phase::after);
}

}  // namespace snapsim
