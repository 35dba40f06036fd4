#include "tests/lint/lint.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>

#include "tests/lint/source_text.hpp"
#include "tests/lint/tables.hpp"

namespace snapsim::lint {
namespace {

bool has_prefix_in(std::string_view path, const std::vector<std::string_view>& prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](std::string_view prefix) { return path.starts_with(prefix); });
}

bool allows_anything(const std::vector<std::string_view>& list) {
  return std::find(list.begin(), list.end(), anything) != list.end();
}

/// The room that a path is in, or nullptr.
const Room* room_of(std::string_view path) {
  const Room* found = nullptr;
  for (const Room& room : rooms()) {
    if (path.starts_with(room.where) && (found == nullptr || room.where.size() > found->where.size())) found = &room;
  }
  return found;
}

Nature nature_of(const Source& source) {
  const Room* room = room_of(source.path);
  return room == nullptr ? Nature::deterministic : room->nature;
}

/// The folder that a path is in, with '/' at its end.
std::string folder_of(const std::string& path) {
  return path.substr(0, path.rfind('/') + 1);
}

/// Why a file of this room may not include "name"; empty where it may.
std::string objection_to_own(const Room& room, std::string_view name) {
  if (name.starts_with(room.where) || has_prefix_in(name, room.rooms)) return "";
  if (allows_anything(room.rooms) && !name.starts_with("tests/")) return "";
  if (room_of(name) == nullptr) return "an include of ours is a path from the root, into a room";
  return std::string(room.where) + " may not include this";
}

/// Why a file of this room may not include <name>; empty where it may.
std::string objection_to_library(const Room& room, std::string_view name) {
  if (room.nature == Nature::deterministic) {
    for (const BannedHeader& header : banned_headers()) {
      if (name == header.name) return std::string(header.reason);
    }
  }
  const bool standard = name.find_first_of("./") == std::string_view::npos;
  if (standard || has_prefix_in(name, room.libraries) || allows_anything(room.libraries)) return "";
  return std::string(room.where) + " may not include this library";
}

/// Every match of a pattern in a text, as its offset and its first group.
std::vector<std::pair<std::size_t, std::string>> matches(const std::string& text, const std::regex& pattern) {
  std::vector<std::pair<std::size_t, std::string>> found;
  for (std::sregex_iterator match(text.begin(), text.end(), pattern), end; match != end; ++match) {
    found.emplace_back(static_cast<std::size_t>(match->position()), match->size() > 1 ? (*match)[1].str() : "");
  }
  return found;
}

struct BannedPattern {
  const BannedText& row;
  std::regex pattern;
};

/// The rows of banned_texts(), made ready once.
const std::vector<BannedPattern>& banned_patterns() {
  static const std::vector<BannedPattern> patterns = [] {
    std::vector<BannedPattern> made;
    for (const BannedText& row : banned_texts()) {
      made.push_back({row, std::regex(row.pattern, std::regex::ECMAScript | std::regex::optimize)});
    }
    return made;
  }();
  return patterns;
}

/// The names of the variables in `code` that are unordered containers.
std::set<std::string> unordered_names(std::string_view code) {
  std::set<std::string> names;
  const std::vector<Token> tokens = tokens_of(code);
  for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
    if (!tokens[i].text.starts_with("unordered_") || tokens[i + 1].text != "<") continue;
    int depth = 0;
    std::size_t end = i + 1;
    for (; end < tokens.size(); ++end) {
      if (tokens[end].text == "<") ++depth;
      if (tokens[end].text == ">" && --depth == 0) break;
    }
    while (end + 1 < tokens.size() && (tokens[end + 1].text == "&" || tokens[end + 1].text == "const")) ++end;
    if (end + 1 < tokens.size()) names.emplace(tokens[end + 1].text);
  }
  return names;
}

/// The findings of loops in `source` over a variable with one of these names.
std::vector<Finding> loops_over(const Source& source, const std::set<std::string>& names) {
  static const std::regex range_for(R"(\bfor\s*\([^;()]*[^:]:\s*(?:[\w.]|->|\*|\(\))*?(\w+)\s*\))");
  static const std::regex iterator(R"(\b(\w+)\s*(?:\.|->)\s*c?begin\s*\()");
  const std::string code = without_comments_and_literals(source.text);
  std::vector<Finding> findings;
  for (const std::regex* pattern : {&range_for, &iterator}) {
    for (const auto& [offset, name] : matches(code, *pattern)) {
      if (!names.contains(name)) continue;
      findings.push_back({source.path, line_at(code, offset),
                          "the unordered container " + name + " is walked through: its order is nobody's promise"});
    }
  }
  return findings;
}

/// The name of the type that is defined at tokens[at], or nothing.
std::string type_defined_at(const std::vector<Token>& tokens, std::size_t at) {
  const bool is_parameter = at > 0 && (tokens[at - 1].text == "<" || tokens[at - 1].text == ",");
  if (is_parameter || at + 2 >= tokens.size()) return {};
  std::size_t name = at + 1;
  if (tokens[at].text == "enum" && tokens[name].text == "class") ++name;
  if (tokens[name].text == "[") name = tokens[name].partner + 1;  // an attribute
  std::size_t end = name + 1;
  if (end + 1 >= tokens.size() || tokens[end].text == "<") return {};  // a specialisation
  const bool is_member = tokens[end].text == "::" || (tokens[end].text == ":" && tokens[end + 1].text == ":");
  if (is_member) return {};
  while (end < tokens.size() && tokens[end].text != ";" && tokens[end].text != "(" && tokens[end].text != "{") ++end;
  return end < tokens.size() && tokens[end].text == "{" ? std::string(tokens[name].text) : std::string();
}

/// The types that are defined in named namespaces, with their places; not those within types and functions.
std::vector<std::pair<std::size_t, std::string>> types_of_namespaces(const std::vector<Token>& tokens) {
  std::vector<std::pair<std::size_t, std::string>> types;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const std::string_view word = tokens[i].text;
    if (word == "namespace") {
      const bool is_anonymous = i + 1 < tokens.size() && tokens[i + 1].text == "{";
      while (i + 1 < tokens.size() && tokens[i].text != "{" && tokens[i].text != ";") ++i;
      if (is_anonymous) i = tokens[i].partner;
    } else if (word == "{") {
      i = std::max(i, tokens[i].partner);
    } else if (word == "struct" || word == "class" || word == "enum") {
      const std::string name = type_defined_at(tokens, i);
      if (!name.empty()) types.emplace_back(tokens[i].offset, name);
      if (word == "enum" && i + 1 < tokens.size() && tokens[i + 1].text == "class") ++i;
    }
  }
  return types;
}

void append(std::vector<Finding>& findings, std::vector<Finding> more) {
  findings.insert(findings.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

}  // namespace

std::string to_string(const Finding& finding) {
  return finding.path + ":" + std::to_string(finding.line) + ": " + finding.reason;
}

std::vector<Source> read_tree(const std::filesystem::path& root) {
  namespace fs = std::filesystem;
  std::vector<Source> sources;
  for (const char* folder : {"sim", "fake_glance", "fake_hypervisor", "real", "docs/examples", "tests"}) {
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root / folder)) {
      const fs::path extension = entry.path().extension();
      if (!entry.is_regular_file() || (extension != ".hpp" && extension != ".cpp")) continue;
      std::ifstream file(entry.path(), std::ios::binary);
      sources.push_back({entry.path().lexically_relative(root).generic_string(),
                         std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>())});
    }
  }
  std::sort(sources.begin(), sources.end(), [](const Source& a, const Source& b) { return a.path < b.path; });
  return sources;
}

std::vector<Finding> include_findings(const Source& source) {
  const Room* room = room_of(source.path);
  if (room == nullptr) return {{source.path, 1, "this file is in none of the rooms of tests/lint/tables.cpp"}};

  static const std::regex include(R"((?:^|\n)[ \t]*#[ \t]*include[ \t]*(["<][^">\n]+))");
  const std::string text = without_comments(source.text);
  std::vector<Finding> findings;
  for (const auto& [offset, bracket_and_name] : matches(text, include)) {
    const std::string name = bracket_and_name.substr(1);
    const std::string objection =
        bracket_and_name[0] == '"' ? objection_to_own(*room, name) : objection_to_library(*room, name);
    if (objection.empty()) continue;
    findings.push_back({source.path, line_at(text, text.find('#', offset)), "includes " + name + ": " + objection});
  }
  if (source.path.ends_with(".hpp") && text.find("#pragma once") == std::string::npos) {
    findings.push_back({source.path, 1, "a header begins with #pragma once"});
  }
  return findings;
}

std::vector<Finding> determinism_findings(const Source& source) {
  const std::string with_strings = without_comments(source.text);
  const std::string code = without_comments_and_literals(source.text);
  std::vector<Finding> findings;
  for (const BannedPattern& banned : banned_patterns()) {
    if (nature_of(source) > banned.row.up_to) continue;
    const std::string& text = banned.row.in == BannedText::In::code ? code : with_strings;
    for (const auto& [offset, group] : matches(text, banned.pattern)) {
      findings.push_back({source.path, line_at(text, offset), std::string(banned.row.reason)});
    }
  }
  return findings;
}

std::vector<Finding> unordered_findings(const std::vector<Source>& sources) {
  std::map<std::string, std::set<std::string>> names_by_folder;
  for (const Source& source : sources) {
    names_by_folder[folder_of(source.path)].merge(unordered_names(without_comments_and_literals(source.text)));
  }
  std::vector<Finding> findings;
  for (const Source& source : sources) {
    if (nature_of(source) == Nature::outside) continue;
    append(findings, loops_over(source, names_by_folder[folder_of(source.path)]));
  }
  return findings;
}

std::vector<Finding> twice_defined_findings(const std::vector<Source>& sources) {
  std::map<std::string, std::string> path_by_name;
  std::vector<Finding> findings;
  for (const Source& source : sources) {
    if (source.path.starts_with("tests/") || source.path.starts_with("docs/")) continue;
    const std::string code = without_comments_and_literals(source.text);
    for (const auto& [offset, name] : types_of_namespaces(tokens_of(code))) {
      const auto [first, is_new] = path_by_name.try_emplace(name, source.path);
      if (is_new) continue;
      findings.push_back({source.path, line_at(code, offset), name + " is also defined in " + first->second});
    }
  }
  return findings;
}

std::vector<Finding> all_findings(const std::vector<Source>& sources) {
  std::vector<Finding> findings;
  for (const Source& source : sources) {
    append(findings, include_findings(source));
    append(findings, determinism_findings(source));
    if (!source.path.starts_with("tests/compiler/")) append(findings, coroutine_findings(source));
  }
  append(findings, unordered_findings(sources));
  append(findings, twice_defined_findings(sources));
  return findings;
}

}  // namespace snapsim::lint
