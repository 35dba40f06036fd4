#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "fake_glance/http/import_filter.hpp"
#include "sim/world/scenario.hpp"

namespace snapsim {

/// Exit statuses of the program (contract, section 2).
enum class Exit : int {
  held = 0,
  failed = 1,
  bad_input = 2,
  budget_ended = 3,
  diverged = 4,
  defect = 70,
  outside_failed = 74,  ///< an extension: the file system or a tool failed, and no result could be had
  missing_tool = 77,
  interrupted = 130,
};

enum class Verb : std::uint8_t {
  run,
  prove,
  fuzz,
  replay,
  diff,
  export_,
  explain,
  ablate,
  serve,
  faults,
  invariants,
  schema,
  lesson,
  bench
};
enum class ColorMode : std::uint8_t { automatic, always, never };
enum class ExportForm : std::uint8_t { mermaid, plantuml, html, perfetto, shiviz, logs, trace, junit };
enum class ExplainForm : std::uint8_t { text, scenario, mermaid };

/// What the command line says of `prove` alone.
struct ProveOptions {
  std::size_t faults = 2;
  std::size_t reorderings = 1;
  std::optional<std::size_t> together;       ///< none: the greater one of the two
  bool every_moment = false;                 ///< leave no moment out
  std::optional<std::uint64_t> runs;         ///< the budget; none: no end
  std::optional<std::chrono::seconds> time;  ///< the same on the clock
  std::string check;                         ///< the certificate to check; empty: none
  std::size_t samples = 2000;                ///< larger plans that a check runs
};

/// What the command line says of `lesson` alone.
struct LessonOptions {
  std::size_t number = 0;  ///< 0: none is named
  bool play = false;       ///< it answers itself
  std::string html;        ///< the folder that gets all lessons as pages; empty: none
};

/// What the command line says of `explain` alone.
struct ExplainOptions {
  ExplainForm form = ExplainForm::text;
  std::string out;      ///< the file that gets what is printed; empty: standard output
  std::string request;  ///< the one request to tell of; empty: all
};

/// What the command line says of `serve` alone.
struct ServeOptions {
  std::uint16_t port = 8774;  ///< 0: any that is free
  std::string bind = "127.0.0.1";
  std::string users;                              ///< the users file; empty: the built-in users
  std::string keystone;                           ///< the URL of another Keystone, ending in /v3; empty: our own
  double speed = 1;                               ///< virtual seconds for each real one; 0: as fast as possible
  std::string faults;                             ///< the file with the faults; empty: none
  std::string data;                               ///< the folder that keeps what is served; empty: nothing is kept
  std::optional<std::chrono::seconds> idle_exit;  ///< end after so long without a request
  ImportFilter import_filter;                     ///< what Glance's web-download may fetch
};

/// What the command line says.
struct Options {
  Verb verb = Verb::run;
  std::vector<std::string> files;  ///< of run: at least one; of replay and export: one token, file or result
                                   ///< folder; of diff: two
  bool model_disks = false;
  bool json = false;
  bool quiet = false;
  bool verbose = false;
  bool keep_disks = false;
  ColorMode color = ColorMode::automatic;
  std::optional<Policy> policy;
  std::optional<std::uint64_t> seed;
  int jobs = 1;
  std::string out = "snapsim-out";
  std::string junit;                       ///< of run: the file that gets a report in JUnit's XML; empty: none
  std::chrono::seconds tool_timeout{600};  ///< for one call of qemu-img or qemu-io
  ProveOptions prove;
  ServeOptions serve;
  ExportForm form = ExportForm::mermaid;
  LessonOptions lesson;
  std::string pages;  ///< of faults and invariants: the folder that gets a page for each; empty: none
  bool step = false;  ///< of run: go through it step by step
  ExplainOptions explain;
  std::string bench_filter;
  bool bench_quick = false;
  std::optional<std::uint64_t> fuzz_runs;         ///< runs of each scenario
  std::optional<std::chrono::seconds> fuzz_time;  ///< for all scenarios together
  bool fuzz_resume = false;                       ///< go on from what an earlier call has left in `out`
};

/// Reads the command line. What it gives instead of options is the status to exit with: a help text or the version has
/// been printed to standard output then, or what is wrong, with a suggestion, to standard error.
std::variant<Options, Exit> read_command_line(int argc, const char* const* argv);

}  // namespace snapsim
