#include "tests/fake_glance/recording.hpp"

#include <algorithm>
#include <fstream>
#include <regex>

#include "fake_glance/http/schemas.hpp"

namespace snapsim::testing {
namespace {

/// "{65536 times v}"
std::string repeated(const std::string& text) {
  static const std::regex form(R"(^\{(\d+) times (.)\}$)");
  std::smatch match;
  if (!std::regex_match(text, match, form)) return text;
  return std::string(std::stoul(match[1]), match[2].str()[0]);
}

bool fits(const std::string& placeholder, const std::string& value) {
  static const std::regex time(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)");
  if (placeholder.starts_with("{id") || placeholder.starts_with("{uuid")) return is_uuid(value);
  if (placeholder == "{time}") return std::regex_match(value, time);
  if (placeholder == "{req}") return value.starts_with("req-") && is_uuid(value.substr(4));
  return placeholder == "{keystone}";
}

OrderedJson sorted(OrderedJson array) {
  std::sort(array.begin(), array.end());
  return array;
}

}  // namespace

std::vector<Recording> read_recordings() {
  std::vector<Recording> recordings;
  for (const auto& entry : std::filesystem::directory_iterator(SNAPSIM_SOURCE_DIR "/tests/fake_glance/recordings")) {
    std::ifstream in(entry.path());
    OrderedJson content = OrderedJson::parse(in);
    recordings.push_back({entry.path().stem(), content.at("name"), std::move(content)});
  }
  std::sort(recordings.begin(), recordings.end(), [](const auto& a, const auto& b) { return a.file < b.file; });
  return recordings;
}

Placeholders::Placeholders(const HttpBench& bench) {
  // A recorded request had this Host, however it came here.
  values_["{base}"] = "http://127.0.0.1:" + std::to_string(bench.server.port());
  for (const std::string name : {"demo", "alt", "admin"}) {
    values_["{project:" + name + "}"] = HttpBench::project_id(name);
  }
}

std::string Placeholders::filled(std::string text) const {
  for (const auto& [placeholder, value] : values_) {
    for (std::size_t at = text.find(placeholder); at != std::string::npos; at = text.find(placeholder, at)) {
      text.replace(at, placeholder.size(), value);
      at += value.size();
    }
  }
  return text;
}

OrderedJson Placeholders::filled(const OrderedJson& value) const {
  if (value.is_string()) return filled(value.get<std::string>());
  OrderedJson copy = value;
  if (value.is_structured()) {
    for (auto& element : copy) element = filled(OrderedJson(element));
  }
  return copy;
}

std::string Placeholders::text_difference(const std::string& expected, const std::string& seen,
                                          const std::string& where) {
  const bool is_placeholder = expected.starts_with('{') && expected.find('}') == expected.size() - 1;
  if (is_placeholder && !values_.contains(expected) && fits(expected, seen)) {
    if (expected.starts_with("{id") || expected.starts_with("{uuid")) values_[expected] = seen;
    return "";
  }
  // A placeholder within a longer text: what stands in its place is taken for it.
  static const std::regex inner(R"(\{(id:\d+|uuid:\d+|keystone)\})");
  std::smatch match;
  const std::string text = filled(repeated(expected));
  if (std::regex_search(text, match, inner)) {
    const std::string before = match.prefix();
    const std::string after = match.suffix();
    const bool has_room = seen.size() >= before.size() + after.size();
    const std::string value = has_room ? seen.substr(before.size(), seen.size() - before.size() - after.size()) : "";
    const bool is_same = has_room && seen.starts_with(before) && seen.ends_with(after) && fits(match.str(), value);
    if (is_same) return "";
  }
  if (text == seen) return "";
  return where + ": expected '" + text.substr(0, 2000) + "', got '" + seen.substr(0, 2000) + "'\n";
}

std::string Placeholders::difference(const OrderedJson& expected, const OrderedJson& seen, const std::string& where) {
  if (expected.is_string() && seen.is_string()) {
    return text_difference(expected.get<std::string>(), seen.get<std::string>(), where);
  }
  std::string found;
  if (expected.is_object() && seen.is_object()) {
    for (const auto& [name, value] : expected.items()) {
      if (!seen.contains(name)) {
        found += where + "/" + name + ": missing\n";
      } else if (name == "tags" && value.is_array()) {
        if (sorted(value) != sorted(seen[name])) found += where + "/tags: got " + seen[name].dump() + "\n";
      } else {
        found += difference(value, seen[name], where + "/" + name);
      }
    }
    for (const auto& [name, value] : seen.items()) {
      if (!expected.contains(name)) found += where + "/" + name + ": not expected\n";
    }
    return found;
  }
  if (expected.is_array() && seen.is_array() && expected.size() == seen.size()) {
    for (std::size_t i = 0; i < expected.size(); ++i) {
      found += difference(expected[i], seen[i], where + "/" + std::to_string(i));
    }
    return found;
  }
  if (expected == seen) return "";
  return where + ": expected " + expected.dump().substr(0, 300) + ", got " + seen.dump().substr(0, 300) + "\n";
}

}  // namespace snapsim::testing
