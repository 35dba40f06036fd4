#include "tests/mutation/contained_run.hpp"

#include <array>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <sstream>
#include <stdexcept>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/mutation/active_mutant.hpp"

namespace snapsim::mutation {
namespace {

/// One case needs milliseconds.
constexpr time_t seconds_max = 5;
constexpr rlim_t memory_max_bytes = rlim_t{2} << 30;
/// After so many crashes it is a crash, whatever the cases after them would say.
constexpr int crashes_max = 8;

/// What the process says, a line each: what it does or found, the case, and by what.
struct Report {
  char kind = 0;
  std::size_t index = 0;
  std::string by;
};

void say(int out, char kind, std::size_t index, const std::string& by) {
  const std::string line = std::string(1, kind) + ' ' + std::to_string(index) + ' ' + by + '\n';
  if (write(out, line.data(), line.size()) < 0) _exit(1);
}

/// Nothing of the process may get back into the code that forked it.
[[noreturn]] void run_cases(int out, int number, const std::vector<LibraryCase>& cases, std::size_t first) noexcept {
  const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
  dup2(nowhere, STDERR_FILENO);
  const rlimit memory{memory_max_bytes, memory_max_bytes};
  setrlimit(RLIMIT_AS, &memory);
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  active_mutant = number;
  for (std::size_t i = first; i < cases.size(); ++i) {
    if (!cases[i].reached.contains(number)) continue;
    say(out, 'B', i, "");
    const itimerval patience{{0, 0}, {seconds_max, 0}};
    setitimer(ITIMER_VIRTUAL, &patience, nullptr);
    const CaseVerdict verdict = run_case(cases[i]);
    if (!verdict.violated.empty()) {
      say(out, 'V', i, verdict.violated);
      break;
    }
    if (!verdict.held.empty()) say(out, 'H', i, verdict.held);
    if (!verdict.expectation.empty()) say(out, 'E', i, verdict.expectation);
    if (verdict.trace_differs) say(out, 'D', i, "");
  }
  _exit(0);
}

std::vector<Report> reports_of(int in) {
  std::string text;
  std::array<char, 4096> part{};
  for (ssize_t size = 0; (size = read(in, part.data(), part.size())) > 0;) {
    text.append(part.data(), static_cast<std::size_t>(size));
  }
  std::vector<Report> reports;
  std::istringstream lines(text);
  for (Report report; lines >> report.kind >> report.index && lines.get() && std::getline(lines, report.by);) {
    reports.push_back(report);
  }
  return reports;
}

Fate fate_of(char kind) {
  switch (kind) {
    case 'V':
      return Fate::violated;
    case 'H':
      return Fate::held;
    case 'E':
      return Fate::expectation;
    case 'D':
      return Fate::survived;
    default:
      return Fate::unseen;
  }
}

void take(MutantResult& result, Fate fate, const std::string& by, const std::string& where) {
  if (fate < result.fate) result = {fate, by, where};
}

}  // namespace

std::string_view to_string(Fate fate) {
  constexpr std::array<std::string_view, fate_count> names = {"violated", "held",   "crashed",  "expectation",
                                                              "survived", "unseen", "unreached"};
  return names[static_cast<std::size_t>(fate)];
}

MutantResult run_mutant(int number, const std::vector<LibraryCase>& cases) {
  MutantResult result;
  std::size_t first = 0;
  for (int crashes = 0; crashes <= crashes_max; ++crashes) {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe2 failed");
    const pid_t child = fork();
    if (child < 0) throw std::runtime_error("fork failed");
    if (child == 0) run_cases(ends[1], number, cases, first);
    close(ends[1]);
    const std::vector<Report> reports = reports_of(ends[0]);
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    for (const Report& report : reports) take(result, fate_of(report.kind), report.by, cases[report.index].name);
    const bool has_ended = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (has_ended || reports.empty()) return result;
    const std::string how = WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "exit";
    take(result, Fate::crashed, how, cases[reports.back().index].name);
    first = reports.back().index + 1;
  }
  return result;
}

}  // namespace snapsim::mutation
