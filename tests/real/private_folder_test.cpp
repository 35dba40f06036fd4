#include "real/private_folder.hpp"

#include <optional>
#include <signal.h>
#include <string>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

#include <catch2/catch.hpp>

#include "real/child_process.hpp"
#include "tests/real/test_support.hpp"

using namespace snapsim;
using namespace snapsim::test;
namespace fs = std::filesystem;

namespace {

/// Starts a program that makes a private folder with a file in it, runs `line` there, and says by a file `ready` in
/// `parent` where the folder is. Returns its pid.
pid_t start_program(const fs::path& parent, const std::string& line) {
  const pid_t program = ::fork();
  if (program != 0) return program;
  auto folder = PrivateFolder::make(parent);
  if (!folder) ::_exit(1);
  write_file(folder->path() / "data", "data");
  Command command;
  command.argv = {"sh", "-c", line + "; pwd > ../ready.new; mv ../ready.new ../ready; sleep 1000"};
  command.working_folder = folder->path();
  static_cast<void>(run_child(command));
  ::_exit(0);
}

std::string wait_for_file(const fs::path& path) {
  return shell("while ! cat '" + path.string() + "' 2>/dev/null; do sleep 0.01; done");
}

std::size_t entries(const fs::path& folder) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

}  // namespace

TEST_CASE("a private folder is for its owner only and goes with its object", "[real]") {
  const TemporaryFolder parent;
  fs::path path;
  {
    const auto folder = PrivateFolder::make(parent.path() / "made" / "as well");
    REQUIRE(folder);
    path = folder->path();
    CHECK(path.parent_path() == parent.path() / "made" / "as well");
    CHECK(path.filename().string().starts_with(".snapsim-"));
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0700);
    fs::create_directories(path / "deep" / "er");
    write_file(path / "deep" / "er" / "file", "text");
  }
  CHECK(!fs::exists(path));
}

TEST_CASE("a parent that cannot be made is an error", "[real]") {
  CHECK(!PrivateFolder::make("/proc/nowhere"));
}

TEST_CASE("two hundred private folders leave no file, descriptor, process or zombie", "[real]") {
  const TemporaryFolder parent;
  const std::size_t before = open_descriptors();
  const std::size_t children_before = children();
  for (int i = 0; i < 200; ++i) {
    const auto folder = PrivateFolder::make(parent.path());
    REQUIRE(folder);
    write_file(folder->path() / "file", "text");
  }
  CHECK(open_descriptors() == before);
  CHECK(children() == children_before);
  CHECK(fs::is_empty(parent.path()));
}

TEST_CASE("a moved folder is removed once, by its last owner", "[real]") {
  const TemporaryFolder parent;
  std::optional<PrivateFolder> last;
  {
    auto folder = PrivateFolder::make(parent.path());
    REQUIRE(folder);
    last.emplace(std::move(*folder));
  }
  CHECK(fs::exists(last->path()));
  last.reset();
  CHECK(fs::is_empty(parent.path()));
}

TEST_CASE("kill -9 of the program leaves no folder and none of its processes", "[real]") {
  const TemporaryFolder parent;
  const pid_t program = start_program(parent.path(), "sleep 1000 & echo $! > ../grandchild");
  const fs::path folder = wait_for_file(parent.path() / "ready");
  const int grandchild = std::stoi(wait_for_file(parent.path() / "grandchild"));
  REQUIRE(fs::exists(folder / "data"));
  ::kill(program, SIGKILL);
  ::waitpid(program, nullptr, 0);
  CHECK(vanishes_soon(folder));
  CHECK(ends_soon(grandchild));
}

TEST_CASE("the janitor outlives the signals of the program's terminal", "[real]") {
  const TemporaryFolder parent;
  const pid_t program = start_program(parent.path(), "true");
  const fs::path folder = wait_for_file(parent.path() / "ready");
  const std::string janitor =
      shell("for p in /proc/[0-9]*; do if grep -q snapsim-janitor $p/comm 2>/dev/null && grep -q 'PPid:[[:space:]]*" +
            std::to_string(program) + "$' $p/status; then basename $p; fi; done");
  for (const int signal : {SIGINT, SIGHUP, SIGTERM}) ::kill(std::stoi(janitor), signal);
  CHECK(::getsid(std::stoi(janitor)) == std::stoi(janitor));
  ::kill(program, SIGKILL);
  ::waitpid(program, nullptr, 0);
  CHECK(vanishes_soon(folder));
}

TEST_CASE("the janitor does not hold the program's output open", "[real]") {
  const TemporaryFolder parent;
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const auto folder = PrivateFolder::make(parent.path());
  REQUIRE(folder);
  ::close(ends[1]);
  char byte = 0;
  CHECK(::read(ends[0], &byte, 1) == 0);
  ::close(ends[0]);
}

TEST_CASE("folders whose owner is dead are removed at the next start, those in use are not", "[real]") {
  const TemporaryFolder parent;
  fs::create_directories(parent.path() / ".snapsim-dead01" / "instances");
  fs::create_directories(parent.path() / "other");
  fs::create_directory_symlink(parent.path() / "other", parent.path() / ".snapsim-link01");
  const auto first = PrivateFolder::make(parent.path());
  REQUIRE(first);
  CHECK(!fs::exists(parent.path() / ".snapsim-dead01"));
  const auto second = PrivateFolder::make(parent.path());
  REQUIRE(second);
  CHECK(fs::exists(first->path()));
  CHECK(remove_stale_folders(parent.path()) == 0);
  CHECK(entries(parent.path()) == 4);
}
