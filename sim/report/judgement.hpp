#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/world/result.hpp"
#include "sim/world/scenario.hpp"

namespace snapsim {

/// How a run, or all runs of an invocation, are judged; ordered from good to bad.
enum class Verdict : std::uint8_t {
  consistent,          ///< every invariant and expectation held, or exactly what the scenario lists was violated
  undecided,           ///< the budget ended first
  expectation_failed,  ///< the run did not end as the scenario expects, or did not violate what the scenario lists
  violated,            ///< an invariant was violated that the scenario does not list
};
std::string_view to_string(Verdict verdict);

/// Something that the scenario expects and that did not come.
struct ExpectationFailure {
  std::string subject;  ///< "vm-1", "snap-1", "request 0", or an invariant's name
  std::string what;     ///< "task_state", "status" ...
  std::string expected;
  std::string seen;
  std::vector<std::string> place;  ///< the keys that lead to the expectation in the scenario file, from its top
};

struct Judgement {
  Verdict verdict = Verdict::consistent;
  std::vector<std::size_t> unlisted;  ///< indexes into RunResult::violations: not in Scenario::violates
  std::vector<std::size_t> listed;    ///< the others
  std::vector<ExpectationFailure> failures;
};

/// Compares the result with what the scenario expects. `expect` and `violates` speak of a run under the scenario's own
/// policy; under another one nothing is expected but that every invariant holds.
Judgement judge(const Scenario& scenario, const RunResult& result);

}  // namespace snapsim
