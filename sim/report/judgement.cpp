#include "sim/report/judgement.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace snapsim {
namespace {

template <class State>
std::string states_text(const std::vector<State>& states) {
  std::string text;
  for (const State& state : states) {
    if (!text.empty()) text += ", ";
    if constexpr (std::is_same_v<State, std::string>) {
      text += state;
    } else {
      text += to_string(state);
    }
  }
  return text.empty() ? "nothing" : text;
}

/// Compares what is expected of one thing with what was seen.
class Comparison {
 public:
  /// `section` and `key` lead to what is expected of it: "images", "snap-1".
  Comparison(std::vector<ExpectationFailure>& failures, std::string_view section, std::string_view key,
             std::string_view subject)
      : failures_(failures), section_(section), key_(key), subject_(subject) {}

  void compare(std::string_view what, const std::string& expected, const std::string& seen) {
    if (expected == seen) return;
    std::vector<std::string> place{"expect", section_, key_, std::string(what)};
    failures_.push_back({subject_, std::string(what), expected, seen, std::move(place)});
  }
  template <class State>
  void compare(std::string_view what, const std::optional<State>& expected, State seen) {
    if (expected) compare(what, std::string(to_string(*expected)), std::string(to_string(seen)));
  }

 private:
  std::vector<ExpectationFailure>& failures_;
  std::string section_;
  std::string key_;
  std::string subject_;
};

void compare_instances(const Scenario& scenario, const RunResult& result, std::vector<ExpectationFailure>& failures) {
  for (const InstanceExpectation& expected : scenario.expect.instances) {
    if (expected.instance >= scenario.instances.size()) continue;
    const std::string& name = scenario.instances[expected.instance].name;
    Comparison comparison(failures, "instances", name, name);
    const auto seen = std::find_if(result.instances.begin(), result.instances.end(),
                                   [&name](const InstanceResult& instance) { return instance.name == name; });
    if (seen == result.instances.end()) {
      comparison.compare("instance", "present", "absent");
      continue;
    }
    comparison.compare("vm_state", expected.vm_state, seen->vm_state);
    comparison.compare("task_state", expected.task_state, seen->task_state);
    comparison.compare("power_state", expected.power_state, seen->power_state);
    if (expected.task_states) {
      comparison.compare("task_states", states_text(*expected.task_states), states_text(seen->task_states));
    }
  }
}

void compare_images(const Scenario& scenario, const RunResult& result, std::vector<ExpectationFailure>& failures) {
  for (const ImageExpectation& expected : scenario.expect.images) {
    const auto seen = std::find_if(result.images.begin(), result.images.end(),
                                   [&expected](const ImageResult& image) { return image.name == expected.image; });
    const bool is_known = seen != result.images.end();
    Comparison comparison(failures, "images", expected.image, expected.image);
    if (expected.status) comparison.compare("status", *expected.status, is_known ? seen->status : "absent");
    if (expected.statuses) {
      comparison.compare("statuses", states_text(*expected.statuses),
                         is_known ? states_text(seen->statuses) : "nothing");
    }
  }
}

std::string answer_text(int status) {
  return status == 0 ? "no answer" : fmt::format("{}", status);
}

void compare_requests(const Scenario& scenario, const RunResult& result, std::vector<ExpectationFailure>& failures) {
  for (const RequestExpectation& expected : scenario.expect.requests) {
    if (!expected.status) continue;
    const auto seen = std::find_if(result.requests.begin(), result.requests.end(),
                                   [&expected](const auto& request) { return request.index == expected.request; });
    const int status = seen == result.requests.end() ? 0 : seen->status;
    Comparison comparison(failures, "requests", fmt::format("{}", expected.request),
                          fmt::format("request {}", expected.request));
    comparison.compare("status", answer_text(*expected.status), answer_text(status));
  }
}

}  // namespace

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::consistent:
      return "consistent";
    case Verdict::undecided:
      return "undecided";
    case Verdict::expectation_failed:
      return "expectation_failed";
    case Verdict::violated:
      return "violated";
  }
  return "undecided";
}

Judgement judge(const Scenario& scenario, const RunResult& result) {
  Judgement judgement;
  const bool is_as_written = scenario.policy == scenario.written_policy;
  const std::vector<std::string> violates = expected_violations(scenario);
  const std::string violates_key = is_as_written ? "violates" : "violates_hardened";
  for (std::size_t i = 0; i < result.violations.size(); ++i) {
    const std::string& name = result.violations[i].invariant;
    const bool is_listed = std::find(violates.begin(), violates.end(), name) != violates.end();
    (is_listed ? judgement.listed : judgement.unlisted).push_back(i);
  }
  for (const std::string& name : violates) {
    const bool was_violated = std::any_of(result.violations.begin(), result.violations.end(),
                                          [&name](const ViolationResult& seen) { return seen.invariant == name; });
    if (!was_violated) judgement.failures.push_back({name, "invariant", "violated", "held", {violates_key, name}});
  }
  if (is_as_written) {
    compare_instances(scenario, result, judgement.failures);
    compare_images(scenario, result, judgement.failures);
    compare_requests(scenario, result, judgement.failures);
  }
  judgement.verdict = !judgement.unlisted.empty()   ? Verdict::violated
                      : !judgement.failures.empty() ? Verdict::expectation_failed
                                                    : Verdict::consistent;
  return judgement;
}

}  // namespace snapsim
