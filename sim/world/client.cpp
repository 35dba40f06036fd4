#include "sim/world/client.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "sim/world/request_records.hpp"

namespace snapsim {

void Client::watch(Moments& moments) {
  for (std::uint32_t i = 0; i < scenario_.requests.size(); ++i) {
    const Moment& moment = scenario_.requests[i].moment;
    if (!std::holds_alternative<AtTime>(moment)) moments.watch(moment, *this, i);
  }
}

void Client::begin() {
  std::vector<std::uint32_t> by_time;
  for (std::uint32_t i = 0; i < scenario_.requests.size(); ++i) {
    if (std::holds_alternative<AtTime>(scenario_.requests[i].moment)) by_time.push_back(i);
  }
  const auto time_of = [this](std::uint32_t i) { return std::get<AtTime>(scenario_.requests[i].moment).at_us; };
  std::stable_sort(by_time.begin(), by_time.end(),
                   [&time_of](std::uint32_t a, std::uint32_t b) { return time_of(a) < time_of(b); });
  if (!by_time.empty()) process_.spawn("client", send_by_the_clock(std::move(by_time)));
}

Task<void> Client::send_by_the_clock(std::vector<std::uint32_t> requests) {
  for (const std::uint32_t request : requests) {
    const Instant due{Duration(std::get<AtTime>(scenario_.requests[request].moment).at_us)};
    const Duration left = due - process_.now();
    if (left > Duration::zero()) co_await process_.sleep(left);
    send(request);
  }
}

void Client::take(std::uint32_t index, const OperationCall*) {
  send(index);
}

Task<void> Client::settle(Runtime& runtime, std::uint32_t index) {
  const RequestSpec& spec = scenario_.requests[index];
  const bool is_order = spec.action == Action::crash || spec.action == Action::restart;
  if (spec.hold || is_order) co_await ledger_.wait_for_end(runtime, RequestId(index));
}

void Client::send(std::uint32_t request) {
  const RequestSpec& spec = scenario_.requests[request];
  switch (spec.action) {
    case Action::delete_image:
      image_user_.delete_image(RequestId(request));
      break;
    case Action::crash:
    case Action::restart:
      ledger_.work_begun(RequestId(request), Worker::client());
      process_.spawn("operator", operate(RequestId(request)));
      break;
    default:
      api_.send(RequestId(request), spec);
  }
}

/// An operator's order is carried out by a thread of its own, because the process that it kills may be the one within
/// whose step its moment falls. Nobody answers.
Task<void> Client::operate(RequestId request) {
  const RequestSpec& spec = scenario_.requests[request.value];
  write_request_sent(recorder_, request, spec);
  const HostId host(spec.host.value_or(0));
  const Service service = spec.service.value_or(Service::compute);
  services_.kill(service, host);
  if (spec.action == Action::restart) services_.start(service, host);
  ledger_.work_ended(request, Worker::client());
  co_return;
}

}  // namespace snapsim
