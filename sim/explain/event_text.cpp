#include "sim/explain/event_text.hpp"

#include <charconv>

namespace snapsim::event_text {

bool is_uuid_at(std::string_view text, std::size_t at) {
  if (at + uuid_length > text.size()) return false;
  for (std::size_t i = 0; i < uuid_length; ++i) {
    const char c = text[at + i];
    if (i == 8 || i == 13 || i == 18 || i == 23) {
      if (c != '-') return false;
    } else if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'))) {
      return false;
    }
  }
  return true;
}

std::string_view uuid_after(std::string_view text, std::string_view before) {
  const std::size_t at = text.find(before);
  if (at == std::string_view::npos || !is_uuid_at(text, at + before.size())) return {};
  return text.substr(at + before.size(), uuid_length);
}

std::int64_t number_at(std::string_view text) {
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::string_view exception_class(std::string_view text) {
  std::string_view name = text.substr(0, text.find(": "));
  if (name.find(' ') != std::string_view::npos) name = name.substr(0, name.find(' '));
  if (name.find('.') == std::string_view::npos && !name.ends_with("Error") && !name.ends_with("Exception")) return {};
  name = name.substr(name.rfind('.') == std::string_view::npos ? 0 : name.rfind('.') + 1);
  if (name.ends_with("_Remote")) name.remove_suffix(7);
  return name;
}

std::string_view actual_state(std::string_view text) {
  constexpr std::string_view before = "Actual: {'task_state': ";
  const std::size_t at = text.find(before);
  if (at == std::string_view::npos) return {};
  std::string_view rest = text.substr(at + before.size());
  if (rest.starts_with("u'")) rest.remove_prefix(1);
  if (rest.starts_with('\'')) return rest.substr(1, rest.find('\'', 1) - 1);
  return rest.substr(0, rest.find('}'));
}

std::string_view between(std::string_view text, std::string_view before, std::string_view after) {
  const std::size_t at = text.find(before);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = text.substr(at + before.size());
  const std::size_t end = rest.find(after);
  return end == std::string_view::npos ? std::string_view{} : rest.substr(0, end);
}

}  // namespace snapsim::event_text
