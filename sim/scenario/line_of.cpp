#include "sim/scenario/line_of.hpp"

#include <algorithm>

#include "sim/scenario/json_document.hpp"
#include "sim/scenario/read_text_file.hpp"

namespace snapsim {
namespace {

/// What the key leads to, or nullptr.
const JsonNode* step_down(const JsonNode& parent, const std::string& key) {
  if (!parent.is_array()) return parent.find(key);
  const auto found = std::find_if(parent.children.begin(), parent.children.end(),
                                  [&key](const JsonNode& item) { return item.is_string() && item.text == key; });
  return found == parent.children.end() ? nullptr : &*found;
}

}  // namespace

std::uint32_t line_of(const std::string& path, std::span<const std::string> keys) {
  if (keys.empty() || path == "-") return 1;
  const TextOrProblem text = read_text_file(path);
  if (!text) return 1;
  const auto document = parse_json(*text, path);
  if (!document) return 1;
  const JsonNode* node = nullptr;
  for (const std::string& key : keys) {
    const JsonNode* const below = step_down(node ? *node : document->root, key);
    if (!below) break;
    node = below;
  }
  return node ? document->positions.at(node->key_offset).line : 1;
}

}  // namespace snapsim
