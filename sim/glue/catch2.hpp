#pragma once

// Runs in Catch2 (version 2 or 3): what snapsim::catch2 is for. Include this, or Catch2 itself, as you like.
//
//     const snapsim::FinishedRun run = snapsim::simulate(scenario);
//     CHECK_THAT(run, snapsim::IsConsistent());
//     CHECK_THAT(run, !snapsim::Violates("no_orphan_image"));
//
// A check that fails shows the run in a line, with the command that does it again. sim/glue/catch2_listener.hpp, in one
// source file of the test program, also tells its whole story.

#if __has_include(<catch2/matchers/catch_matchers.hpp>)
#include <catch2/catch_test_macros.hpp>
#include <catch2/catch_tostring.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#else
#include <catch2/catch.hpp>
#endif

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "sim/check/invariant.hpp"
#include "sim/report/failure_reasons.hpp"
#include "sim/report/finished_run.hpp"
#include "sim/report/judgement.hpp"
#include "sim/report/replay_token.hpp"

namespace snapsim {

namespace glue {

#if __has_include(<catch2/matchers/catch_matchers.hpp>)
using RunMatcher = Catch::Matchers::MatcherBase<FinishedRun>;
#else
using RunMatcher = Catch::MatcherBase<FinishedRun>;
#endif

/// The run that a check has shown since the end of the check before: whose story is still to be told.
inline std::optional<FinishedRun>& shown_run() {
  static std::optional<FinishedRun> run;
  return run;
}

/// "consistent" or why not, and how to do the run again.
inline std::string line_about(const FinishedRun& run) {
  std::string line = "run \"" + run.scenario.title + "\": ";
  line += to_string(judge(run.scenario, run.output.result).verdict);
  for (const FailureReason& reason : failure_reasons(run.record())) line += "; " + reason.text;
  return line + "; " + replay_command(run.record());
}

}  // namespace glue

/// What CHECK_THAT(run, IsConsistent()) asks: that every invariant held, but for those that the scenario lists, which
/// were violated, and that the run ended as the scenario expects.
class IsConsistent final : public glue::RunMatcher {
 public:
  bool match(const FinishedRun& run) const override {
    return judge(run.scenario, run.output.result).verdict == Verdict::consistent;
  }
  std::string describe() const override { return "is consistent"; }
};

/// What CHECK_THAT(run, Violates("no_orphan_image")) asks: that the invariant was violated, listed by the scenario or
/// not.
class Violates final : public glue::RunMatcher {
 public:
  /// Throws std::invalid_argument where there is no invariant of that name: a misspelled one would never be violated.
  explicit Violates(std::string invariant) : invariant_(std::move(invariant)) {
    const auto has_name = [this](const Invariant& known) { return known.name == invariant_; };
    if (std::ranges::none_of(invariants(), has_name)) {
      throw std::invalid_argument("there is no invariant \"" + invariant_ + "\"; `snapsim invariants` lists them");
    }
  }

  bool match(const FinishedRun& run) const override {
    return std::ranges::any_of(run.output.result.violations,
                               [this](const ViolationResult& violation) { return violation.invariant == invariant_; });
  }
  std::string describe() const override { return "violates " + invariant_; }

 private:
  std::string invariant_;
};

}  // namespace snapsim

namespace Catch {

template <>
struct StringMaker<snapsim::FinishedRun> {
  static std::string convert(const snapsim::FinishedRun& run) {
    snapsim::glue::shown_run() = run;
    return snapsim::glue::line_about(run);
  }
};

}  // namespace Catch
