#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/world/scenario.hpp"

namespace snapsim {

/// How an operation goes wrong, or what else happens: the last word of a fault point's name.
enum class Outcome : std::uint8_t {
  none,
  // Another answer than Glance's own, or an agent or a server that says no.
  unavailable,
  error,
  bad_gateway,
  unauthorized,
  forbidden,
  not_found,
  conflict,
  gone,
  too_large,
  store_full,
  // No answer.
  refused,
  timeout,
  reset,
  // What becomes of a message.
  lost,
  duplicated,
  delayed,
  reordered,
  // Database, hypervisor, tools.
  retry_once,
  not_started_yet,
  exit,
  killed,
  full,
  hang,
  // Events.
  crash,
  vanishes,
  shuts_down,
};

/// Parameters of a fault; a point takes some of them. `moment` is one of at_ms, when, before, during and after.
enum class FaultParameter : std::uint8_t {
  nth,
  instance,
  after_effect,
  after_bytes,
  delay_ms,
  new_id,
  restart_after_ms,
  host,
  moment,
};

/// A place where something can go wrong (contract, section 4).
struct FaultPoint {
  std::string name;                    ///< component.operation.outcome, or component.outcome of a process
  std::optional<Operation> operation;  ///< at which it happens; none: an event, at a moment of its own
  Outcome outcome{};
  Service service{};  ///< of a crash: whose
  std::string cause;  ///< what really causes it, one sentence
  unsigned takes = 0;

  bool is_event() const { return !operation; }
  bool takes_parameter(FaultParameter parameter) const { return (takes >> static_cast<unsigned>(parameter) & 1) != 0; }
};

/// Every fault point, in the order of the operations; FaultSpec::point counts in it.
std::span<const FaultPoint> fault_points();
/// The index of the point with that name.
std::optional<std::uint8_t> fault_point_from(std::string_view name);

/// The parameter that the scenario file spells so.
std::optional<FaultParameter> fault_parameter_from(std::string_view key);
/// The scenario file's names of what the point takes.
std::vector<std::string_view> parameters_of(const FaultPoint& point);

/// The HTTP status that comes in the place of Glance's own; 0 where none comes.
int http_status(Outcome outcome);

}  // namespace snapsim
