#include <csignal>
#include <cstdio>
#include <exception>
#include <iostream>

#include "real/child_process.hpp"
#include "sim/bench/bench.hpp"
#include "sim/cli/options.hpp"
#include "sim/cli/verbs.hpp"
#include "sim/world/storage.hpp"

namespace snapsim {
namespace {

/// Ctrl-C: what runs is asked to end; a second one ends the program at once.
void on_interrupt(int signal) {
  if (interrupt_requested()) {
    std::signal(signal, SIG_DFL);
    std::raise(signal);
  }
  request_interrupt();
}

void prepare_signals() {
  struct sigaction action {};
  action.sa_handler = on_interrupt;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    // What is ignored from the start, as under nohup, stays so.
    struct sigaction before {};
    if (sigaction(signal, nullptr, &before) == 0 && before.sa_handler != SIG_IGN) sigaction(signal, &action, nullptr);
  }
  // A write beyond `ulimit -f` fails like one to a full disk then, here and in the tools.
  std::signal(SIGXFSZ, SIG_IGN);
}

Exit bench(const Options& options) {
  return static_cast<Exit>(bench_main({options.bench_filter, options.bench_quick, options.json}, std::cout));
}

Exit dispatch(const Options& options) {
  switch (options.verb) {
    case Verb::run:
      return run_verb(options);
    case Verb::prove:
      return prove_verb(options);
    case Verb::replay:
      return replay_verb(options);
    case Verb::diff:
      return diff_verb(options);
    case Verb::export_:
      return export_verb(options);
    case Verb::explain:
      return explain_verb(options);
    case Verb::ablate:
      return ablate_verb(options);
    case Verb::fuzz:
      return fuzz_verb(options);
    case Verb::serve:
      return serve_verb(options);
    case Verb::faults:
      return faults_verb(options);
    case Verb::invariants:
      return invariants_verb(options);
    case Verb::schema:
      return schema_verb();
    case Verb::lesson:
      return lesson_verb(options);
    case Verb::bench:
      return bench(options);
  }
  return Exit::defect;
}

Exit exit_of(const OutsideError& error) {
  if (interrupt_requested()) {
    std::cerr << "snapsim: interrupted\n";
    return Exit::interrupted;
  }
  std::cerr << "snapsim: " << error.what() << '\n';
  switch (error.kind()) {
    case OutsideError::Kind::missing_tool:
      return Exit::missing_tool;
    case OutsideError::Kind::interrupted:
      return Exit::interrupted;
    case OutsideError::Kind::failed:
      break;
  }
  return Exit::outside_failed;
}

Exit run_program(int argc, const char* const* argv) {
  const auto command_line = read_command_line(argc, argv);
  if (const Exit* const exit = std::get_if<Exit>(&command_line)) return *exit;
  prepare_signals();
  try {
    return dispatch(std::get<Options>(command_line));
  } catch (const OutsideError& error) {
    return exit_of(error);
  } catch (const std::exception& error) {
    std::cerr << "snapsim: defect: " << error.what() << '\n';
    return Exit::defect;
  }
}

}  // namespace
}  // namespace snapsim

int main(int argc, char** argv) {
  return static_cast<int>(snapsim::run_program(argc, argv));
}
