#include "sim/world/client.hpp"

#include <algorithm>
#include <utility>
#include <variant>

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
  if (scenario_.requests[index].hold) co_await ledger_.wait_for_end(runtime, RequestId(index));
}

void Client::send(std::uint32_t request) {
  const RequestSpec& spec = scenario_.requests[request];
  if (spec.action == Action::delete_image) {
    image_user_.delete_image(RequestId(request));
  } else {
    api_.send(RequestId(request), spec);
  }
}

}  // namespace snapsim
