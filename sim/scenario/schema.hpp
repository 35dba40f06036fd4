#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "sim/scenario/json_document.hpp"

namespace snapsim {

/// docs/scenario.schema.json, byte for byte, as it was when the program was built.
std::string_view scenario_schema_text();

/// The same, parsed.
const JsonNode& scenario_schema();

inline constexpr std::size_t findings_max = 1000;

/// Something in a JSON text that is not as it should be. A problem that is not yet words: the place is still a node,
/// and what was probably meant is still to be looked for among the candidates.
struct Finding {
  const JsonNode* node = nullptr;
  bool at_key = false;  ///< the key is wrong, not the value
  std::string message;
  std::string misspelled;               ///< what to look for; empty: nothing to suggest
  std::vector<std::string> candidates;  ///< what it may have been meant to be
};

/// What of `value` does not conform to `schema`, a part of `root`, in the order of the text, at most a thousand
/// findings. Understands of JSON Schema (draft 2020-12) what docs/scenario.schema.json uses: type, enum, const,
/// properties, required, additionalProperties, maxProperties, items, minItems, maxItems, minimum, maximum, minLength,
/// maxLength, pattern, allOf, anyOf, oneOf, if/then/else, boolean schemas and references to #/$defs.
std::vector<Finding> findings_against(const JsonNode& value, const JsonNode& schema, const JsonNode& root);

}  // namespace snapsim
