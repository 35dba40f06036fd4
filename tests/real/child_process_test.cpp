#include "real/child_process.hpp"

#include <chrono>
#include <fcntl.h>
#include <signal.h>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "tests/real/test_support.hpp"

using namespace snapsim;
using namespace snapsim::test;
using std::chrono::milliseconds;

namespace {

Command sh(const std::string& line) {
  Command command;
  command.argv = {"sh", "-c", line};
  return command;
}

}  // namespace

TEST_CASE("a child's output, error output and exit code come back", "[real]") {
  const auto completed = run_child(sh("echo out; echo err >&2; exit 3"));
  REQUIRE(completed);
  CHECK(completed->out == "out\n");
  CHECK(completed->err == "err\n");
  CHECK(completed->exit_code == 3);
  CHECK(completed->signal == 0);
}

TEST_CASE("a child runs in its folder, in the C locale, with nothing to read", "[real]") {
  const TemporaryFolder folder;
  Command command = sh("pwd; echo $LC_ALL; cat; echo end");
  command.working_folder = folder.path();
  const auto completed = run_child(command);
  REQUIRE(completed);
  CHECK(completed->out == folder.path().string() + "\nC\nend\n");
}

TEST_CASE("a child that a signal kills is told from one that exits", "[real]") {
  const auto completed = run_child(sh("kill -9 $$"));
  REQUIRE(completed);
  CHECK(completed->signal == SIGKILL);
}

TEST_CASE("more output than wanted is dropped without holding up the child", "[real]") {
  Command command = sh("head -c 3000000 /dev/zero; echo done >&2");
  command.output_bytes_max = 1000;
  const auto completed = run_child(command);
  REQUIRE(completed);
  CHECK(completed->out.size() == 1000);
  CHECK(completed->err == "done\n");
}

TEST_CASE("a missing tool is told by name and by the package that has it", "[real]") {
  Command command;
  command.argv = {"/nonexistent/qemu-img", "info"};
  const auto completed = run_child(command);
  REQUIRE(!completed);
  CHECK(completed.error().kind == ChildError::Kind::missing_tool);
  CHECK(completed.error().message == "/nonexistent/qemu-img is not installed; the Debian package qemu-utils has it.");
  command.argv = {"no-such-tool-of-any-kind"};
  CHECK(run_child(command).error().kind == ChildError::Kind::missing_tool);
}

TEST_CASE("a missing working folder is not taken for a missing tool", "[real]") {
  Command command = sh("true");
  command.working_folder = "/nonexistent";
  const auto completed = run_child(command);
  REQUIRE(!completed);
  CHECK(completed.error().kind == ChildError::Kind::cannot_start);
}

TEST_CASE("a timeout kills the child and all that it has started", "[real]") {
  const TemporaryFolder folder;
  Command command = sh("sleep 1000 & echo $! > grandchild; sleep 1000");
  command.working_folder = folder.path();
  command.timeout = milliseconds(200);
  const auto completed = run_child(command);
  REQUIRE(!completed);
  CHECK(completed.error().kind == ChildError::Kind::timed_out);
  CHECK(ends_soon(std::stoi(shell("cat " + folder.path().string() + "/grandchild"))));
}

TEST_CASE("a child that ignores SIGTERM is killed all the same", "[real]") {
  Command command = sh("trap '' TERM; while :; do sleep 0.05; done");
  command.timeout = milliseconds(100);
  const auto begun = std::chrono::steady_clock::now();
  const auto completed = run_child(command);
  REQUIRE(!completed);
  CHECK(completed.error().kind == ChildError::Kind::timed_out);
  CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(5));
}

TEST_CASE("what a child leaves running in its group ends with it", "[real]") {
  const auto begun = std::chrono::steady_clock::now();
  const auto completed = run_child(sh("sleep 1000 & echo $!"));
  REQUIRE(completed);
  CHECK(completed->exit_code == 0);
  CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(1));
  CHECK(ends_soon(std::stoi(completed->out)));
}

TEST_CASE("an interrupt kills a running child promptly and refuses new ones", "[real]") {
  std::thread interrupter([] {
    std::this_thread::sleep_for(milliseconds(100));
    request_interrupt();
  });
  const auto begun = std::chrono::steady_clock::now();
  const auto completed = run_child(sh("sleep 1000"));
  const auto took = std::chrono::steady_clock::now() - begun;
  interrupter.join();
  CHECK(interrupt_requested());
  const auto refused = run_child(sh("true"));
  clear_interrupt();
  REQUIRE(!completed);
  CHECK(completed.error().kind == ChildError::Kind::interrupted);
  CHECK(took < std::chrono::seconds(1));
  REQUIRE(!refused);
  CHECK(refused.error().kind == ChildError::Kind::interrupted);
  CHECK(run_child(sh("true")).has_value());
}

TEST_CASE("a limit on file sizes fails the write, not the child", "[real]") {
  const TemporaryFolder folder;
  Command command = sh("head -c 100000 /dev/zero > file || echo failed; wc -c < file");
  command.working_folder = folder.path();
  command.file_bytes_max = 8192;
  const auto completed = run_child(command);
  REQUIRE(completed);
  CHECK(completed->out == "failed\n8192\n");
}

TEST_CASE("a child inherits no descriptor but the standard ones", "[real]") {
  const int leaky = ::open("/dev/null", O_RDONLY);  // NOLINT: without O_CLOEXEC on purpose.
  const auto completed = run_child(sh("ls /proc/self/fd"));
  ::close(leaky);
  REQUIRE(completed);
  CHECK(completed->out == "0\n1\n2\n3\n");  // 3 is what ls reads the folder by.
}

TEST_CASE("two hundred children leave no descriptor and no zombie", "[real]") {
  REQUIRE(run_child(sh("true")));
  const std::size_t before = open_descriptors();
  const std::size_t children_before = children();
  for (int i = 0; i < 200; ++i) REQUIRE(run_child(sh("exit 0")));
  CHECK(open_descriptors() == before);
  CHECK(children() == children_before);
}

TEST_CASE("a child dies with a program that is killed by SIGKILL", "[real]") {
  const TemporaryFolder folder;
  const pid_t program = ::fork();
  if (program == 0) {
    Command command = sh("echo $$ > pid; mv pid child; exec sleep 1000");
    command.working_folder = folder.path();
    static_cast<void>(run_child(command));
    ::_exit(0);
  }
  const std::string child = shell("while ! cat " + folder.path().string() + "/child 2>/dev/null; do sleep 0.01; done");
  ::kill(program, SIGKILL);
  ::waitpid(program, nullptr, 0);
  CHECK(ends_soon(std::stoi(child)));
}

TEST_CASE("children run side by side from several threads", "[real]") {
  std::string outputs[8];
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&outputs, i] {
        for (int round = 0; round < 10; ++round) {
          const auto completed = run_child(sh("echo " + std::to_string(i)));
          outputs[i] += completed ? completed->out : completed.error().message;
        }
      });
    }
  }
  for (int i = 0; i < 8; ++i) {
    std::string expected;
    for (int round = 0; round < 10; ++round) expected += std::to_string(i) + "\n";
    CHECK(outputs[i] == expected);
  }
}

TEST_CASE("a command line is printed as a shell would take it", "[real]") {
  Command command;
  command.argv = {"qemu-io", "-c", "write -s it's 0 64k", ""};
  CHECK(command_line(command) == "qemu-io -c 'write -s it'\\''s 0 64k' ''");
}
