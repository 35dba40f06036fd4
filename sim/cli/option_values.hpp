#pragma once

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "sim/scenario/problem.hpp"
#include "sim/spelling/nearest_name.hpp"

namespace snapsim {

// Options whose errors say what was given, what may be given, and what was probably meant. Of an option that is given
// twice the last one counts.

namespace option_values {

/// An option with one value, which `take` reads. It throws CLI::ValidationError.
inline void add(CLI::App& app, const std::string& option, const std::string& value_name, const std::string& description,
                const std::function<void(const std::string&)>& take) {
  app.add_option_function<std::string>(option, take, description)
      ->type_name(value_name)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
}

[[noreturn]] void reject_choice(const std::string& option, const std::string& text,
                                const std::vector<std::string>& names, bool is_later);
/// A whole number from `min` to `max`. Throws CLI::ValidationError.
std::uint64_t read_number(const std::string& option, const std::string& text, std::uint64_t min, std::uint64_t max);

}  // namespace option_values

/// What may be given, and what it means.
template <class Value>
using Choices = std::vector<std::pair<const char*, Value>>;

/// An option whose value is one of some names; `later` are names of later versions.
template <class Value, class Target>
void add_choice(CLI::App& app, const std::string& option, const Choices<Value>& values, Target& target,
                const std::string& description, std::vector<std::string> later = {}) {
  std::vector<std::string> names;
  std::string joined;
  for (const auto& [name, value] : values) {
    joined += (names.empty() ? "" : "|") + std::string(name);
    names.emplace_back(name);
  }
  const auto take = [option, names, later = std::move(later), &target, values](const std::string& text) {
    for (const auto& [name, value] : values) {
      if (text != name) continue;
      target = value;
      return;
    }
    option_values::reject_choice(option, text, names, std::ranges::find(later, text) != later.end());
  };
  option_values::add(app, option, joined, description, take);
}

/// An option whose value is a whole number from `min` to `max`.
template <class Target>
void add_number(CLI::App& app, const std::string& option, std::uint64_t min, std::uint64_t max, Target& target,
                const std::string& description) {
  const auto take = [=, &target](const std::string& text) {
    const std::uint64_t number = option_values::read_number(option, text, min, max);
    if constexpr (requires { typename Target::rep; }) {
      target = Target(static_cast<typename Target::rep>(number));
    } else if constexpr (requires { typename Target::value_type; }) {
      target = static_cast<typename Target::value_type>(number);
    } else {
      target = static_cast<Target>(number);
    }
  };
  option_values::add(app, option, "N", description, take);
}

/// An option whose value is a length of time: seconds, or a number and s, m or h.
void add_duration(CLI::App& app, const std::string& option, std::optional<std::chrono::seconds>& target,
                  const std::string& description);

/// An option whose value is a number of at least 0, as "0.5".
void add_factor(CLI::App& app, const std::string& option, double& target, const std::string& description);

/// An option whose value is any text but the empty one.
void add_text(CLI::App& app, const std::string& option, const std::string& value_name, std::string& target,
              const std::string& description);

}  // namespace snapsim
