#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "sim/check/invariant.hpp"
#include "sim/cli/output.hpp"
#include "sim/cli/result_folder.hpp"
#include "sim/cli/verbs.hpp"
#include "sim/reference/reference_pages.hpp"
#include "sim/scenario/schema.hpp"
#include "sim/world/fault_point.hpp"

namespace snapsim {

namespace {

Exit write_pages_of(const std::vector<ReferencePage>& pages, const std::string& folder) {
  const OutFolder out(folder);
  for (const ReferencePage& page : pages) {
    write_output_file(std::filesystem::path(folder) / page.file, [&page](std::ostream& file) { file << page.text; });
  }
  return Exit::held;
}

}  // namespace

Exit invariants_verb(const Options& options) {
  if (!options.pages.empty()) return write_pages_of(invariant_pages(), options.pages);
  if (options.json) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const Invariant& invariant : invariants()) {
      list.push_back({{"name", invariant.name},
                      {"when", invariant.when == When::always ? "always" : "at_rest"},
                      {"sentence", invariant.sentence}});
    }
    std::cout << nlohmann::ordered_json{{"invariants", list}}.dump(2) << '\n';
  } else {
    for (const Invariant& invariant : invariants()) {
      std::cout << invariant.name << (invariant.when == When::always ? " (always)\n    " : " (at rest)\n    ")
                << invariant.sentence << '\n';
    }
  }
  flush_standard_output();
  return Exit::held;
}

Exit faults_verb(const Options& options) {
  if (!options.pages.empty()) return write_pages_of(fault_pages(), options.pages);
  if (options.json) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const FaultPoint& point : fault_points()) {
      nlohmann::ordered_json parameters = nlohmann::ordered_json::array();
      for (const std::string_view name : parameters_of(point)) parameters.push_back(name);
      list.push_back({{"name", point.name},
                      {"operation", point.operation ? nlohmann::ordered_json(to_string(*point.operation))
                                                    : nlohmann::ordered_json(nullptr)},
                      {"cause", point.cause},
                      {"parameters", std::move(parameters)}});
    }
    std::cout << nlohmann::ordered_json{{"faults", list}}.dump(2) << '\n';
  } else {
    for (const FaultPoint& point : fault_points()) {
      std::cout << point.name;
      for (const std::string_view name : parameters_of(point)) std::cout << ' ' << name;
      std::cout << "\n    " << point.cause << '\n';
    }
  }
  flush_standard_output();
  return Exit::held;
}

Exit schema_verb() {
  std::cout << scenario_schema_text();
  flush_standard_output();
  return Exit::held;
}

}  // namespace snapsim
