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

Task<void> Operations::begin(Runtime& runtime, OperationCall call, Duration duration) {
  if (needs_finish(call)) {
    co_await open(runtime, call);
    co_await pass(runtime, call, duration);
    co_return;
  }
  recorder_.write(record(TraceKind::operation_begun, call));
  co_await runtime.sleep(duration);
}

Task<void> Operations::open(Runtime& runtime, OperationCall call) {
  if (needs_finish(call)) co_await listener_->reached(runtime, call, AtOperation::Phase::before);
  recorder_.write(record(TraceKind::operation_begun, call));
}

Task<void> Operations::pass(Runtime& runtime, OperationCall call, Duration duration) {
  const Duration half = duration / 2;
  if (needs_finish(call)) {
    co_await runtime.sleep(half);
    co_await listener_->reached(runtime, call, AtOperation::Phase::during);
    co_await runtime.sleep(duration - half);
  } else {
    co_await runtime.sleep(duration);
  }
}

void Operations::ended(const OperationCall& call, std::int64_t failure) {
  TraceRecord made = record(TraceKind::operation_ended, call);
  made.b = failure;
  recorder_.write(made);
}

Task<void> Operations::finish(Runtime& runtime, OperationCall call) {
  co_await listener_->reached(runtime, call, AtOperation::Phase::after);
}

}  // namespace snapsim
