#include "sim/report/judgement.hpp"

#include <algorithm>
#include <optional>

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

class Comparison {
 public:
  explicit Comparison(std::vector<ExpectationFailure>& failures) : failures_(failures) {}

  void compare(std::string_view subject, std::string_view what, const std::string& expected, const std::string& seen) {
    if (expected != seen) failures_.push_back({std::string(subject), std::string(what), expected, seen});
  }
  template <class State>
  void compare(std::string_view subject, std::string_view what, const std::optional<State>& expected, State seen) {
    if (expected) compare(subject, what, std::string(to_string(*expected)), std::string(to_string(seen)));
  }

 private:
  std::vector<ExpectationFailure>& failures_;
};

void compare_instances(const Scenario& scenario, const RunResult& result, Comparison& comparison) {
  for (const InstanceExpectation& expected : scenario.expect.instances) {
    if (expected.instance >= scenario.instances.size()) continue;
    const std::string& name = scenario.instances[expected.instance].name;
    const auto seen = std::find_if(result.instances.begin(), result.instances.end(),
                                   [&name](const InstanceResult& instance) { return instance.name == name; });
    if (seen == result.instances.end()) {
      comparison.compare(name, "instance", "present", "absent");
      continue;
    }
    comparison.compare(name, "vm_state", expected.vm_state, seen->vm_state);
    comparison.compare(name, "task_state", expected.task_state, seen->task_state);
    comparison.compare(name, "power_state", expected.power_state, seen->power_state);
    if (expected.task_states) {
      comparison.compare(name, "task_states", states_text(*expected.task_states), states_text(seen->task_states));
    }
  }
}

void compare_images(const Scenario& scenario, const RunResult& result, Comparison& comparison) {
  for (const ImageExpectation& expected : scenario.expect.images) {
    const auto seen = std::find_if(result.images.begin(), result.images.end(),
                                   [&expected](const ImageResult& image) { return image.name == expected.image; });
    const bool is_known = seen != result.images.end();
    if (expected.status)
      comparison.compare(expected.image, "status", *expected.status, is_known ? seen->status : "absent");
    if (expected.statuses) {
      comparison.compare(expected.image, "statuses", states_text(*expected.statuses),
                         is_known ? states_text(seen->statuses) : "nothing");
    }
  }
}

std::string answer_text(int status) {
  return status == 0 ? "no answer" : fmt::format("{}", status);
}

void compare_requests(const Scenario& scenario, const RunResult& result, Comparison& comparison) {
  for (const RequestExpectation& expected : scenario.expect.requests) {
    if (!expected.status) continue;
    const auto seen = std::find_if(result.requests.begin(), result.requests.end(),
                                   [&expected](const auto& request) { return request.index == expected.request; });
    const int status = seen == result.requests.end() ? 0 : seen->status;
    comparison.compare(fmt::format("request {}", expected.request), "status", answer_text(*expected.status),
                       answer_text(status));
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
  const std::vector<std::string> violates = is_as_written                         ? scenario.violates
                                            : scenario.policy == Policy::hardened ? scenario.violates_hardened
                                                                                  : std::vector<std::string>();
  for (std::size_t i = 0; i < result.violations.size(); ++i) {
    const std::string& name = result.violations[i].invariant;
    const bool is_listed = std::find(violates.begin(), violates.end(), name) != violates.end();
    (is_listed ? judgement.listed : judgement.unlisted).push_back(i);
  }
  for (const std::string& name : violates) {
    const bool was_violated = std::any_of(result.violations.begin(), result.violations.end(),
                                          [&name](const ViolationResult& seen) { return seen.invariant == name; });
    if (!was_violated) judgement.failures.push_back({name, "invariant", "violated", "held"});
  }
  Comparison comparison(judgement.failures);
  if (is_as_written) {
    compare_instances(scenario, result, comparison);
    compare_images(scenario, result, comparison);
    compare_requests(scenario, result, comparison);
  }
  judgement.verdict = !judgement.unlisted.empty()   ? Verdict::violated
                      : !judgement.failures.empty() ? Verdict::expectation_failed
                                                    : Verdict::consistent;
  return judgement;
}

}  // namespace snapsim
