#include "tests/main/program.hpp"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "real/child_process.hpp"

namespace snapsim::test {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds poll_interval{5};

std::string contents(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string marker(const fs::path& folder) {
  return "SNAPSIM_TEST_DESK=" + folder.string();
}

bool is_zombie(const fs::path& process) {
  const std::string text = contents(process / "stat");
  const std::size_t end_of_name = text.rfind(')');
  return end_of_name == std::string::npos || text.at(end_of_name + 2) == 'Z';
}

int status_of(int wait_status) {
  return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

}  // namespace

Desk::Desk() {
  fs::create_symlink(SNAPSIM_PROGRAM, folder_.path() / "snapsim");
}

Ended Desk::bash(const std::string& line) const {
  const std::string prologue = "unset NO_COLOR TERM GITHUB_ACTIONS GITHUB_STEP_SUMMARY; export " + marker(path()) +
                               "; snapsim() { command " SNAPSIM_PROGRAM " \"$@\"; }; SCENARIOS=" SNAPSIM_SOURCE_DIR
                               "/scenarios\n";
  Command command;
  command.argv = {"bash", "-c", prologue + line};
  command.working_folder = path();
  command.output_bytes_max = std::size_t{1} << 26;
  const auto completed = run_child(command);
  if (!completed) throw std::runtime_error(completed.error().message);
  const int status = completed->signal == 0 ? completed->exit_code : 128 + completed->signal;
  return {status, completed->out, completed->err, completed->wall_time};
}

std::vector<std::string> Desk::names_in(const std::string& name) const {
  std::vector<std::string> names;
  std::error_code missing;
  for (const auto& entry : fs::directory_iterator(path() / name, missing)) {
    names.push_back(entry.path().filename().string());
  }
  std::ranges::sort(names);
  return names;
}

void Desk::write(const std::string& name, const std::string& text) const {
  fs::create_directories((path() / name).parent_path());
  write_file(path() / name, text);
}

std::string Desk::read(const std::string& name) const {
  return contents(path() / name);
}

void Desk::write_tool(const std::string& script) const {
  write("tools/qemu-img", "#!/bin/sh\n" + script + "\n");
  fs::permissions(path() / "tools/qemu-img", fs::perms::owner_all);
}

std::vector<std::string> Desk::processes() const {
  std::vector<std::string> found;
  const std::string wanted = marker(path()) + '\0';
  std::error_code error;
  for (fs::directory_iterator entry("/proc", error), end; !error && entry != end; entry.increment(error)) {
    const std::string id = entry->path().filename().string();
    if (id.find_first_not_of("0123456789") != std::string::npos) continue;
    if (contents(entry->path() / "environ").find(wanted) == std::string::npos || is_zombie(entry->path())) continue;
    found.push_back(id + " " + contents(entry->path() / "comm"));
  }
  return found;
}

bool Desk::is_quiet_soon() const {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(3) * patience();
  while (!processes().empty()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(poll_interval);
  }
  return true;
}

RunningProgram::RunningProgram(const Desk& desk, std::vector<std::string> arguments) {
  std::string program = SNAPSIM_PROGRAM;
  std::vector<char*> argv{program.data()};
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  std::string environment = marker(desk.path());
  const std::string out = (desk / "out").string();
  const std::string err = (desk / "err").string();
  id_ = ::fork();
  if (id_ < 0) throw std::runtime_error("fork failed");
  if (id_ > 0) return;
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) ::signal(number, SIG_DFL);
  ::putenv(environment.data());
  if (::chdir(desk.path().c_str()) != 0) ::_exit(126);
  ::dup2(::open("/dev/null", O_RDONLY), STDIN_FILENO);
  ::dup2(::open(out.c_str(), O_CREAT | O_TRUNC | O_WRONLY, 0600), STDOUT_FILENO);
  ::dup2(::open(err.c_str(), O_CREAT | O_TRUNC | O_WRONLY, 0600), STDERR_FILENO);
  ::execv(argv.front(), argv.data());
  ::_exit(127);
}

RunningProgram::~RunningProgram() {
  if (status_) return;
  signal(SIGKILL);
  ::waitpid(id_, nullptr, 0);
}

void RunningProgram::signal(int number) const {
  ::kill(id_, number);
}

std::optional<int> RunningProgram::wait(std::chrono::milliseconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (!status_ && std::chrono::steady_clock::now() < deadline) {
    int wait_status = 0;
    if (::waitpid(id_, &wait_status, WNOHANG) == id_) {
      status_ = status_of(wait_status);
    } else {
      std::this_thread::sleep_for(poll_interval);
    }
  }
  return status_;
}

int ready_port(const Desk& desk) {
  const std::string begin = "snapsim: ready on http://127.0.0.1:";
  for (int round = 0; round < 3000; ++round) {
    const std::string out = desk.read("out");
    if (out.starts_with(begin) && out.ends_with('\n')) return std::stoi(out.substr(begin.size()));
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  throw std::runtime_error("no ready line: " + desk.read("err"));
}

std::string small_scenario(const std::string& more) {
  return R"({ "title": "small", "instances": [{ "name": "vm-1", "disk_mib": 4, "used_mib": 1 }],
  "requests": [{ "at_ms": 0, "create_image": { "instance": "vm-1", "name": "snap-1" } }])" +
         more + " }\n";
}

std::string long_scenario(int disk_mib) {
  const std::string size = std::to_string(disk_mib);
  return R"({ "title": "long", "instances": [{ "name": "vm-1", "disk_mib": )" + size + R"(, "used_mib": )" + size +
         R"( }], "requests": [{ "at_ms": 0, "create_image": { "instance": "vm-1", "name": "snap-1" } }] })";
}

const std::vector<std::string>& result_files() {
  static const std::vector<std::string> names{"g-api.log", "n-api.log", "n-cpu.log", "result.json", "trace.jsonl"};
  return names;
}

int patience() {
  return is_sanitized ? 10 : 3;
}

}  // namespace snapsim::test
