#include "sim/cli/option_values.hpp"

namespace snapsim {
namespace {

/// A year: nobody waits longer.
constexpr std::int64_t seconds_max = 366 * 86'400;

/// "-j" of "-j,--jobs".
std::string first_name(const std::string& option) {
  return option.substr(0, option.find(','));
}

}  // namespace

namespace option_values {

void reject_choice(const std::string& option, const std::string& text, const std::vector<std::string>& names,
                   bool is_later) {
  std::string message =
      snapsim::quoted(text) + (is_later ? " is not there yet in this version; there is " : " is none of ");
  for (const std::string& name : names) message += (name == names.front() ? "" : ", ") + name;
  if (!is_later) message += did_you_mean(nearest_name(text, names));
  throw CLI::ValidationError(first_name(option), message);
}

std::uint64_t read_number(const std::string& option, const std::string& text, std::uint64_t min, std::uint64_t max) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size() && number >= min && number <= max) return number;
  const std::string most = max == UINT64_MAX ? "2^64-1" : std::to_string(max);
  throw CLI::ValidationError(
      first_name(option), snapsim::quoted(text) + " is not a whole number from " + std::to_string(min) + " to " + most);
}

}  // namespace option_values

void add_duration(CLI::App& app, const std::string& option, std::optional<std::chrono::seconds>& target,
                  const std::string& description) {
  const auto take = [option, &target](const std::string& text) {
    const std::size_t letter = std::min(text.find_first_not_of("0123456789"), text.size());
    const std::string unit = text.substr(letter);
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + letter, number);
    const std::int64_t seconds = unit == "h" ? 3600 : unit == "m" ? 60 : unit == "s" || unit.empty() ? 1 : 0;
    if (error != std::errc() || number < 1 || seconds == 0 || number > seconds_max / seconds) {
      throw CLI::ValidationError(first_name(option),
                                 snapsim::quoted(text) + " is no length of time, such as 90, 90s, 10m or 2h");
    }
    target = std::chrono::seconds(number * seconds);
  };
  option_values::add(app, option, "T", description, take);
}

void add_factor(CLI::App& app, const std::string& option, double& target, const std::string& description) {
  constexpr double factor_max = 1'000'000;
  const auto take = [option, &target](const std::string& text) {
    double number = -1;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool is_good = error == std::errc() && end == text.data() + text.size() && number >= 0;
    if (!is_good || number > factor_max) {
      throw CLI::ValidationError(first_name(option), snapsim::quoted(text) + " is not a number from 0 to 1000000");
    }
    target = number;
  };
  option_values::add(app, option, "N", description, take);
}

void add_text(CLI::App& app, const std::string& option, const std::string& value_name, std::string& target,
              const std::string& description) {
  const auto take = [option, &target](const std::string& text) {
    if (text.empty()) throw CLI::ValidationError(first_name(option), "the name is empty");
    target = text;
  };
  option_values::add(app, option, value_name, description, take);
}

}  // namespace snapsim
