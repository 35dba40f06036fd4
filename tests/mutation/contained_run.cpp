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

/// Sets the process's own limits; what it prints goes nowhere.
void become_contained() {
  const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
  dup2(nowhere, STDOUT_FILENO);
  dup2(nowhere, STDERR_FILENO);
  const rlimit memory{memory_max_bytes, memory_max_bytes};
  setrlimit(RLIMIT_AS, &memory);
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
}

void be_patient() {
  const itimerval patience{{0, 0}, {seconds_max, 0}};
  setitimer(ITIMER_VIRTUAL, &patience, nullptr);
}

/// Judged cases until one violates an invariant; where nothing was found by them, those that are only looked at, until
/// one looks otherwise.
void run_cases(int out, int number, const std::vector<LibraryCase>& cases, std::size_t first) {
  bool is_found_out = false;
  for (std::size_t i = first; i < cases.size(); ++i) {
    if (!cases[i].reached.contains(number)) continue;
    if (is_found_out && !cases[i].is_judged) continue;
    say(out, 'B', i, "");
    be_patient();
    const CaseVerdict verdict = run_case(cases[i]);
    if (!verdict.violated.empty()) {
      say(out, 'V', i, verdict.violated);
      return;
    }
    if (!verdict.held.empty()) say(out, 'H', i, verdict.held);
    if (!verdict.expectation.empty()) say(out, 'E', i, verdict.expectation);
    if (verdict.life_differs) say(out, 'O', i, "");
    if (verdict.trace_differs) say(out, 'D', i, "");
    is_found_out = is_found_out || !verdict.held.empty() || !verdict.expectation.empty() || verdict.life_differs;
  }
}

void run_unit_cases(int out, int number, const std::vector<UnitCase>& tests, std::size_t first) {
  for (std::size_t i = first; i < tests.size(); ++i) {
    if (!tests[i].reached.contains(number)) continue;
    say(out, 'B', i, "");
    be_patient();
    if (passes(tests[i])) continue;
    say(out, 'U', i, "a check");
    return;
  }
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
    case 'U':
      return Fate::unit_test;
    case 'O':
      return Fate::outside;
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
  constexpr std::array<std::string_view, fate_count> names = {
      "violated", "held", "crashed", "expectation", "unit_test", "outside", "survived", "unseen", "unreached"};
  return names[static_cast<std::size_t>(fate)];
}

namespace {

/// What the process does. Nothing of it may get back into the code that forked it.
template <class Run>
[[noreturn]] void do_contained(int number, const Run& run, int out, std::size_t first) noexcept {
  become_contained();
  active_mutant = number;
  run(out, first);
  _exit(0);
}

/// Runs something in a process that may crash, and again from the case on that follows the one in which it did. `run`
/// is given where to report to, and where to begin; `name` says what a case is called.
template <class Run, class Name>
void run_contained(MutantResult& result, int number, Fate of_crash, const Run& run, const Name& name) {
  std::size_t first = 0;
  for (int crashes = 0; crashes <= crashes_max; ++crashes) {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe2 failed");
    const pid_t child = fork();
    if (child < 0) throw std::runtime_error("fork failed");
    if (child == 0) do_contained(number, run, ends[1], first);
    close(ends[1]);
    const std::vector<Report> reports = reports_of(ends[0]);
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    for (const Report& report : reports) take(result, fate_of(report.kind), report.by, name(report.index));
    const bool has_ended = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (has_ended || reports.empty()) return;
    const std::string how = WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "exit";
    take(result, of_crash, how, name(reports.back().index));
    first = reports.back().index + 1;
  }
}

}  // namespace

MutantResult run_mutant(int number, const std::vector<LibraryCase>& cases, const std::vector<UnitCase>& unit_tests) {
  MutantResult result;
  run_contained(
      result, number, Fate::crashed, [&](int out, std::size_t first) { run_cases(out, number, cases, first); },
      [&](std::size_t index) { return cases[index].name; });
  if (result.fate <= Fate::expectation) return result;
  run_contained(
      result, number, Fate::unit_test,
      [&](int out, std::size_t first) { run_unit_cases(out, number, unit_tests, first); },
      [&](std::size_t index) { return "test: " + unit_tests[index].name; });
  return result;
}

}  // namespace snapsim::mutation
