#include <iostream>

#include <nlohmann/json.hpp>

#include "sim/check/invariant.hpp"
#include "sim/cli/output.hpp"
#include "sim/cli/verbs.hpp"
#include "sim/scenario/schema.hpp"

namespace snapsim {

Exit invariants_verb(const Options& options) {
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

Exit schema_verb() {
  std::cout << scenario_schema_text();
  flush_standard_output();
  return Exit::held;
}

}  // namespace snapsim
