#include "sim/scenario/what_this_version_runs.hpp"

#include <fmt/format.h>

#include "sim/scenario/scenario_names.hpp"

namespace snapsim {
namespace {

bool runs(Action action) {
  switch (action) {
    case Action::create_backup:
    case Action::rebuild:
    case Action::rescue:
    case Action::unrescue:
    case Action::shelve:
    case Action::unshelve:
    case Action::crash:
    case Action::restart:
      return false;
    default:
      return true;
  }
}

}  // namespace

std::vector<Finding> findings_of_what_does_not_run_yet(const JsonNode& root) {
  std::vector<Finding> findings;
  const JsonNode* policy = root.find("policy");
  if (policy != nullptr && policy->text != to_string(Policy::nova)) {
    findings.push_back({policy, false, fmt::format("policy {} is not available yet", quoted(policy->text)), "", {}});
  }
  for (const JsonNode& request : root.find("requests")->children) {
    for (const JsonNode& body : request.children) {
      const std::optional<Action> action = action_from(body.key);
      if (action && !runs(*action)) {
        const std::string message = fmt::format("this version does not run {} requests yet", quoted(body.key));
        findings.push_back({&body, true, message, "", {}});
      }
    }
  }
  return findings;
}

}  // namespace snapsim
