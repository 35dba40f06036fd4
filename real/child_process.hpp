#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <boost/system/result.hpp>

namespace snapsim {

/// A command to run to its end. Its environment is ours with LC_ALL=C; its standard input is empty.
struct Command {
  std::vector<std::string> argv;         ///< argv[0] is looked up in PATH unless it contains a slash
  std::filesystem::path working_folder;  ///< empty: ours
  std::chrono::milliseconds timeout{std::chrono::minutes(10)};
  std::optional<std::uint64_t> file_bytes_max = {};  ///< RLIMIT_FSIZE; a longer write fails with EFBIG
  bool dies_of_long_write = false;                   ///< ... no, it kills the command, with SIGSYS
  std::size_t output_bytes_max = 1 << 20;            ///< of stdout and stderr each; what comes after that is dropped
};

/// The same command, that stops (SIGSTOP) before its first instruction and never goes on by itself.
Command stopped_at_start(Command command);

/// The command line as one would type it into a shell.
std::string command_line(const Command& command);

/// A command that ran to its end, be it a good one or not.
struct Completed {
  int exit_code = 0;  ///< meaningful where signal is 0
  int signal = 0;     ///< the signal that killed it, or 0
  std::string out;
  std::string err;
  std::chrono::nanoseconds wall_time{0};
};

/// Why there is no such end.
struct ChildError {
  enum class Kind : std::uint8_t { missing_tool, cannot_start, timed_out, interrupted } kind{};
  std::string message;  ///< a sentence; for missing_tool it names the Debian package
};

/// Runs `command` and waits for it. The child leads a process group of its own, and nothing of that group is left when
/// this returns: on a timeout or an interrupt the group gets SIGTERM and soon SIGKILL, and what the child leaves behind
/// gets SIGKILL. The child inherits no descriptor but 0, 1 and 2, and dies with the thread that called this, also when
/// that is killed by SIGKILL. May be called from several threads.
boost::system::result<Completed, ChildError> run_child(const Command& command);

/// From now on running children are killed and new ones are refused, with ChildError::Kind::interrupted.
/// Async-signal-safe: meant for the main program's handler of SIGINT and SIGTERM.
void request_interrupt() noexcept;
/// True after request_interrupt().
bool interrupt_requested() noexcept;
/// Forgets the interrupt. To be called while no child runs.
void clear_interrupt() noexcept;

}  // namespace snapsim
