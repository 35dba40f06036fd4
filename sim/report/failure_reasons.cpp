#include "sim/report/failure_reasons.hpp"

#include <fmt/format.h>

#include "sim/report/judgement.hpp"
#include "sim/report/text.hpp"

namespace snapsim {

std::vector<FailureReason> failure_reasons(const RunRecord& record) {
  const Judgement judgement = judge(record.scenario, record.result);
  std::vector<FailureReason> reasons;
  for (const std::size_t index : judgement.unlisted) {
    const ViolationResult& violation = record.result.violations[index];
    const std::string message = violation.message.empty() ? "" : ": " + violation.message;
    reasons.push_back({visible(fmt::format("{}: {} at {} s{}", violation.invariant, violation.subject,
                                           seconds_text(violation.virtual_us, 3), message)),
                       {}});
  }
  for (const ExpectationFailure& failure : judgement.failures) {
    reasons.push_back({visible(fmt::format("{} {}: expected {}, seen {}", failure.subject, failure.what,
                                           failure.expected, failure.seen)),
                       failure.place});
  }
  return reasons;
}

}  // namespace snapsim
