#include "sim/bench/peers/peers.hpp"

#include <charconv>
#include <chrono>
#include <filesystem>
#include <system_error>

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

std::optional<double> seconds_of(const std::vector<std::string>& argv) {
  Command command;
  command.argv = argv;
  command.timeout = std::chrono::minutes(5);
  const auto completed = run_child(command);
  if (!completed || completed->signal != 0 || completed->exit_code != 0) return std::nullopt;
  double seconds = 0;
  const char* const begin = completed->out.data();
  if (std::from_chars(begin, begin + completed->out.size(), seconds).ec != std::errc()) return std::nullopt;
  if (seconds <= 0) return std::nullopt;
  return seconds;
}

}  // namespace snapsim
