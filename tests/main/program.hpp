#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

#include "tests/real/test_support.hpp"
#include "tests/sanitized.hpp"

namespace snapsim::test {

/// A program that has not ended by then never will.
inline constexpr std::chrono::milliseconds long_enough{60'000};

/// What a process left behind. Where a signal killed it, `status` is 128 and the signal's number, as in a shell.
struct Ended {
  int status = 0;
  std::string out;
  std::string err;
  std::chrono::nanoseconds wall_time{0};
};

/// A folder of its own in which the program is used as people use it. `./snapsim` in it is the program.
class Desk {
 public:
  Desk();

  /// Runs a line of bash in the folder: `snapsim` is the program, $SCENARIOS the folder with the scenarios. Standard
  /// input is empty and there is no terminal.
  Ended bash(const std::string& line) const;
  /// The file in the folder.
  std::filesystem::path operator/(const std::string& name) const { return folder_.path() / name; }
  const std::filesystem::path& path() const { return folder_.path(); }
  /// Names in the folder `name` in order, hidden ones too; none where it is not there.
  std::vector<std::string> names_in(const std::string& name) const;
  void write(const std::string& name, const std::string& text) const;
  std::string read(const std::string& name) const;
  /// Puts a qemu-img of ours into the folder `tools`: a shell script.
  void write_tool(const std::string& script) const;

  /// The processes that descend from a line that was run here, zombies left out: ids and names.
  std::vector<std::string> processes() const;
  /// True once there are none, which is waited for.
  bool is_quiet_soon() const;

 private:
  TemporaryFolder folder_;
};

/// The program while it runs. Its output goes to the files `out` and `err` of the desk. Killed in the end.
class RunningProgram {
 public:
  /// Signals are as a shell in the foreground leaves them.
  RunningProgram(const Desk& desk, std::vector<std::string> arguments);
  RunningProgram(const RunningProgram&) = delete;
  RunningProgram& operator=(const RunningProgram&) = delete;
  ~RunningProgram();

  pid_t id() const { return id_; }
  void signal(int number) const;
  /// Its status as in Ended; none where it has not ended within `limit`.
  std::optional<int> wait(std::chrono::milliseconds limit);

 private:
  pid_t id_ = -1;
  std::optional<int> status_;
};

/// The port that a running `serve` tells of in the desk's file `out`, which is waited for.
int ready_port(const Desk& desk);

/// A small scenario; `more` are further members of the object, each with a comma in front of it.
std::string small_scenario(const std::string& more = "");
/// One that keeps a real disk of that size busy: the program fills it, then qemu-img reads it.
std::string long_scenario(int disk_mib);

/// What a run on model disks leaves in its folder, in order.
const std::vector<std::string>& result_files();

/// How much longer things may take than in an optimised build.
int patience();

}  // namespace snapsim::test
