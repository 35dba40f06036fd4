#include "sim/reference/reference_pages.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "sim/check/invariant.hpp"
#include "sim/reference/snapshot_matrix.hpp"
#include "sim/report/nova_function.hpp"
#include "sim/world/fault_point.hpp"

namespace snapsim {
namespace {

constexpr std::string_view made_by = "<!-- Made by tools/reference.sh from the program; do not edit. -->\n";

/// The runs of every fault point, in their order.
std::vector<std::vector<MatrixRun>> whole_matrix() {
  std::vector<std::vector<MatrixRun>> matrix;
  for (std::size_t i = 0; i < fault_points().size(); ++i) matrix.push_back(runs_with(static_cast<std::uint8_t>(i)));
  return matrix;
}

std::string linked_invariants(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    text += fmt::format("{}[{}](../invariants/{}.md)", text.empty() ? "" : ", ", name, name);
  }
  return text.empty() ? "none" : text;
}

std::string_view policy_name(Policy policy) {
  return policy == Policy::hardened ? "hardened" : "nova";
}

/// The fault as it stands in the scenario of its page.
std::string scenario_line(const FaultPoint& point) {
  const std::string moment = point.is_event() ? R"(, "during": { "operation": "disk.extract" })" : "";
  return fmt::format("\"faults\": [{{ \"at\": \"{}\"{} }}]", point.name, moment);
}

std::string where_text(const FaultPoint& point) {
  if (point.is_event()) {
    return "An event, at a moment of its own: one of `at_ms`, `when`, `before`, `during` and `after`.\n";
  }
  TraceRecord record;
  record.kind = TraceKind::operation_begun;
  record.code = static_cast<std::uint8_t>(*point.operation);
  std::string text = fmt::format("At the operation `{}`: {}.\n", to_string(*point.operation), nova_function(record));
  const int status = http_status(point.outcome);
  if (status != 0) text += fmt::format("\nThe caller is answered {}.\n", status);
  return text;
}

std::string outcome_table(const std::vector<MatrixRun>& runs) {
  if (std::ranges::none_of(runs, &MatrixRun::fired)) {
    return "A plain snapshot does not come to it: its operation belongs to other requests.\n";
  }
  std::string text =
      "| snapshot | policy | answer | image | task_state | vm_state | guest | event | violated |\n"
      "|---|---|---|---|---|---|---|---|---|\n";
  for (const MatrixRun& run : runs) {
    if (!run.fired) {
      text += fmt::format("| {} | {} | the run does not come to it | | | | | | |\n", to_string(run.snapshot),
                          policy_name(run.policy));
      continue;
    }
    text += fmt::format("| {} | {} | {} | {} | {} | {} | {} | {} | {} |\n", to_string(run.snapshot),
                        policy_name(run.policy), run.answer, run.image, run.task_state, run.vm_state, run.guest,
                        run.event, linked_invariants(run.violated));
  }
  return text;
}

std::string fault_page(const FaultPoint& point, const std::vector<MatrixRun>& runs) {
  std::string parameters;
  for (const std::string_view name : parameters_of(point)) {
    parameters += fmt::format("{}`{}`", parameters.empty() ? "" : ", ", name);
  }
  return fmt::format(
      "{}# {}\n\nWhat really causes it: {}.\n\n{}\nParameters: {} ([scenario-file.md](../../scenario-file.md) says "
      "what "
      "they mean).\n\n## A snapshot with it\n\nOne `create_image` of a running server, cold, and live with a guest "
      "agent, "
      "with\n\n```json\n{}\n```\n\nends in\n\n{}",
      made_by, point.name, point.cause, where_text(point), parameters, scenario_line(point), outcome_table(runs));
}

/// A fault that violates the invariant in some plain snapshot.
struct Violator {
  const FaultPoint* point = nullptr;
  std::vector<std::string> when;  ///< "cold, nova" and so on
};

std::vector<Violator> violators_of(std::string_view invariant, const std::vector<std::vector<MatrixRun>>& matrix) {
  std::vector<Violator> violators;
  for (std::size_t i = 0; i < matrix.size(); ++i) {
    Violator violator{&fault_points()[i], {}};
    for (const MatrixRun& run : matrix[i]) {
      if (std::ranges::find(run.violated, invariant) == run.violated.end()) continue;
      violator.when.push_back(fmt::format("{} ({})", to_string(run.snapshot), policy_name(run.policy)));
    }
    if (!violator.when.empty()) violators.push_back(violator);
  }
  return violators;
}

std::string invariant_page(const Invariant& invariant, const std::vector<Violator>& violators) {
  std::string text = fmt::format(
      "{}# {}\n\n{}\n\n{}\n\n## Single faults that violate it\n\n", made_by, invariant.name, invariant.sentence,
      invariant.when == When::always
          ? "It is looked at with every step of a run."
          : "It is looked at when all is at rest: nothing runs, no message is on its way, no timer is set.");
  if (violators.empty()) {
    return text +
           "None at the first pass of its operation in a plain snapshot. `snapsim prove` and the scenarios that "
           "list it under `violates` show what does:\n\n    grep -l " +
           std::string(invariant.name) + " scenarios/*.json\n";
  }
  text +=
      "Each at the first pass of its operation (events: while the disk is extracted), in a snapshot of a running "
      "server:\n\n| fault | in a snapshot that is |\n|---|---|\n";
  for (const Violator& violator : violators) {
    std::string when;
    for (const std::string& one : violator.when) when += (when.empty() ? "" : ", ") + one;
    text += fmt::format("| [{0}](../faults/{0}.md) | {1} |\n", violator.point->name, when);
  }
  return text;
}

}  // namespace

std::vector<ReferencePage> fault_pages() {
  const auto matrix = whole_matrix();
  std::string list = fmt::format(
      "{}# Fault points\n\nWhat can be planned under `faults` in a scenario. Each page tells what causes the fault, "
      "what it "
      "takes, and what a plain snapshot with it ends in.\n\n| fault | cause |\n|---|---|\n",
      made_by);
  std::vector<ReferencePage> pages;
  for (std::size_t i = 0; i < fault_points().size(); ++i) {
    const FaultPoint& point = fault_points()[i];
    list += fmt::format("| [{0}]({0}.md) | {1} |\n", point.name, point.cause);
    pages.push_back({point.name + ".md", fault_page(point, matrix[i])});
  }
  pages.push_back({"README.md", list});
  return pages;
}

std::vector<ReferencePage> invariant_pages() {
  const auto matrix = whole_matrix();
  std::string list =
      fmt::format("{}# Invariants\n\nWhat every run is checked against.\n\n| invariant | says |\n|---|---|\n", made_by);
  std::vector<ReferencePage> pages;
  for (const Invariant& invariant : invariants()) {
    list += fmt::format("| [{0}]({0}.md) | {1} |\n", invariant.name, invariant.sentence);
    pages.push_back(
        {std::string(invariant.name) + ".md", invariant_page(invariant, violators_of(invariant.name, matrix))});
  }
  pages.push_back({"README.md", list});
  return pages;
}

}  // namespace snapsim
