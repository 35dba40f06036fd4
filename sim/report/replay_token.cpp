#include "sim/report/replay_token.hpp"

#include <charconv>
#include <iterator>

#include <fmt/format.h>

#include "sim/report/text.hpp"

namespace snapsim {
namespace {

constexpr std::size_t choices_max = std::size_t{1} << 24;

std::string_view policy_text(Policy policy) {
  return policy == Policy::hardened ? "hardened" : "nova";
}

template <class Number>
bool read_number(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

/// Takes "key=value" off the front of `rest`, up to the next comma or the end. False if another key stands there.
bool take_field(std::string_view& rest, std::string_view key, std::string_view& value) {
  if (!rest.starts_with(key) || !rest.substr(key.size()).starts_with('=')) return false;
  rest.remove_prefix(key.size() + 1);
  const std::size_t comma = rest.find(',');
  value = rest.substr(0, comma);
  rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
  return true;
}

bool read_choices(std::string_view text, std::vector<std::uint32_t>& choices) {
  while (!text.empty()) {
    const std::size_t dot = text.find('.');
    const std::string_view run = text.substr(0, dot);
    const std::size_t star = run.find('*');
    std::uint32_t value = 0;
    std::size_t count = 1;
    if (!read_number(run.substr(0, star), value)) return false;
    if (star != std::string_view::npos && !read_number(run.substr(star + 1), count)) return false;
    if (count == 0 || count > choices_max - choices.size()) return false;
    choices.insert(choices.end(), count, value);
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
    if (text.empty()) return false;
  }
  return true;
}

}  // namespace

std::string to_string(const ReplayToken& token) {
  std::string text = fmt::format("{}#p={},s={},c=", token.path, policy_text(token.policy), token.seed);
  for (std::size_t i = 0; i < token.choices.size();) {
    std::size_t end = i;
    while (end < token.choices.size() && token.choices[end] == token.choices[i]) ++end;
    fmt::format_to(std::back_inserter(text), "{}{}", i == 0 ? "" : ".", token.choices[i]);
    if (end - i > 1) fmt::format_to(std::back_inserter(text), "*{}", end - i);
    i = end;
  }
  return text;
}

boost::system::result<ReplayToken, ReplayTokenError> parse_replay_token(std::string_view text) {
  const std::size_t hash = text.rfind('#');
  if (hash == std::string_view::npos) {
    return ReplayTokenError{"a token has the form PATH#p=POLICY,s=SEED,c=CHOICES; there is no '#' in this one"};
  }
  ReplayToken token;
  token.path = text.substr(0, hash);
  std::string_view rest = text.substr(hash + 1);
  std::string_view policy;
  std::string_view seed;
  std::string_view choices;
  if (!take_field(rest, "p", policy) || !take_field(rest, "s", seed) || !take_field(rest, "c", choices) ||
      !rest.empty()) {
    return ReplayTokenError{"after the last '#' of a token stands p=POLICY,s=SEED,c=CHOICES"};
  }
  if (policy != "nova" && policy != "hardened") {
    return ReplayTokenError{fmt::format("'{}' is no policy; there are nova and hardened", visible(policy))};
  }
  token.policy = policy == "nova" ? Policy::nova : Policy::hardened;
  if (!read_number(seed, token.seed)) {
    return ReplayTokenError{fmt::format("'{}' is no seed; a seed is a whole number from 0 to 2^64-1", visible(seed))};
  }
  if (!read_choices(choices, token.choices)) {
    return ReplayTokenError{
        "the choices of a token are numbers joined by dots, each VALUE or VALUE*COUNT, 2^24 in all"};
  }
  return token;
}

std::string replay_token(const RunRecord& record) {
  return to_string(
      ReplayToken{record.scenario.path, record.scenario.policy, record.result.seed, record.result.choices});
}

std::string replay_command(const RunRecord& record) {
  return "./snapsim replay " + shell_quoted(replay_token(record));
}

}  // namespace snapsim
