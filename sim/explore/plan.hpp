#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "sim/explore/standing.hpp"
#include "sim/world/scenario.hpp"

namespace snapsim {

/// A place of a run: where something could go another way. Two runs that are equal up to a place give it the same name.
struct Place {
  enum class Kind : std::uint8_t {
    met,     ///< the operation meets its outcome
    before,  ///< the moments of the operation (contract, section 3)
    during,
    after,
    choice,  ///< several threads are ready at the same instant
  };

  Kind kind{};
  Operation operation{};
  int nth = 1;                     ///< of its kind, and of its operation where it has one; counts from 1
  std::uint32_t alternatives = 0;  ///< of a choice: how many threads are ready
  std::uint32_t picked = 0;        ///< of a choice: who went first
  Standing standing{};             ///< of a moment, where it is listed

  /// Whether both are the same place, whatever was picked there.
  bool is(const Place& other) const { return kind == other.kind && operation == other.operation && nth == other.nth; }
};

/// At choice number `nth` of the run, the thread that stands at `pick` goes first.
struct Reordering {
  int nth = 1;
  std::uint32_t pick = 0;
  bool operator==(const Reordering&) const = default;
};

/// One thing in which a run departs from its scenario.
struct Departure {
  std::variant<FaultSpec, Reordering> what;

  const FaultSpec* fault() const { return std::get_if<FaultSpec>(&what); }
  const Reordering* reordering() const { return std::get_if<Reordering>(&what); }
  /// Where it happens: a place without what was picked.
  Place place() const;
  /// The fault as a run by a plan has it. Not for a reordering.
  FaultSpec planned_fault() const;
  /// In words, for a report.
  std::string text() const;
  bool operator==(const Departure&) const = default;
};

/// Departures in the order in which they happen.
using Plan = std::vector<Departure>;

std::size_t fault_count(const Plan& plan);
/// "nothing", or the departures joined by "then".
std::string text_of(const Plan& plan);

/// A departure that stands for `weight` of them, itself included: the flow does not distinguish their answers.
struct WeightedDeparture {
  Departure departure;
  std::uint64_t weight = 1;
  // Where that is known:
  std::uint64_t places_before = 0;          ///< those that its run comes to before its own
  std::optional<Standing> moment_before{};  ///< the last of the moments among them with which later ones are compared
  bool is_repeated = false;                 ///< an event that comes to the same as at the moment before
};

/// Everything that can happen at the place. With `by_class`, answers of Glance that the flow cannot tell apart are
/// listed once (docs/prove.md says which, and why).
std::vector<WeightedDeparture> departures_at(const Place& place, bool by_class);

}  // namespace snapsim
