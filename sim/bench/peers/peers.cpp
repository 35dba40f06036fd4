#include "sim/bench/peers/peers.hpp"

#include <charconv>
#include <chrono>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include "real/child_process.hpp"

namespace snapsim {

std::optional<std::string> program_beside_this(const std::string& name) {
  std::error_code error;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) return std::nullopt;
  const std::filesystem::path program = self.parent_path() / name;
  if (!std::filesystem::exists(program, error)) return std::nullopt;
  return program.string();
}

namespace {

std::optional<std::string> output_of(const std::vector<std::string>& argv) {
  Command command;
  command.argv = argv;
  command.timeout = std::chrono::minutes(5);
  auto completed = run_child(command);
  if (!completed || completed->signal != 0 || completed->exit_code != 0) return std::nullopt;
  return std::move(completed->out);
}

/// The positive number that the text begins with.
std::optional<double> number_at(std::string_view text) {
  double number = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), number).ec != std::errc()) return std::nullopt;
  if (number <= 0) return std::nullopt;
  return number;
}

}  // namespace

std::optional<double> seconds_of(const std::vector<std::string>& argv) {
  const std::optional<std::string> output = output_of(argv);
  return output ? number_at(*output) : std::nullopt;
}

std::optional<double> states_per_second_of(const std::vector<std::string>& argv) {
  const std::optional<std::string> output = output_of(argv);
  constexpr std::string_view label = "pan: rate ";
  const std::size_t at = output ? output->find(label) : std::string::npos;
  // A search with an error in it ends early.
  if (at == std::string::npos || output->find("errors: 0\n") == std::string::npos) return std::nullopt;
  const std::string_view rest = std::string_view(*output).substr(at + label.size());
  return number_at(rest.substr(rest.find_first_not_of(' ')));
}

}  // namespace snapsim
