#include "sim/cli/verb_table.hpp"

#include <algorithm>
#include <array>

#include <CLI/CLI.hpp>

#include "fake_glance/http/import_options.hpp"
#include "sim/cli/option_values.hpp"

namespace snapsim {
namespace {

void add_json(CLI::App& app, Options& options) {
  app.add_flag("--json", options.json, "Print one JSON object on standard output, all else on standard error");
}

/// What `run` and `replay` have in common.
void add_run_options(CLI::App& app, Options& options) {
  add_choice(app, "--disks", Choices<bool>{{"qcow2", false}, {"model", true}}, options.model_disks,
             "The guests' disks: real ones, by qemu-img, or none (default: qcow2)");
  add_choice(app, "--policy", Choices<Policy>{{"nova", Policy::nova}, {"hardened", Policy::hardened}}, options.policy,
             "The rules that the run follows, instead of the scenario's");
  add_number(app, "--seed", 0, UINT64_MAX, options.seed,
             "Draw the run's choices at random from this seed; 0: nothing is drawn");
  add_text(app, "--out", "DIR", options.out, "Where a run leaves what it writes (default: snapsim-out)");
  app.add_flag("--keep-disks", options.keep_disks, "Also leave the guests' disks, as they are at the end");
  add_number(app, "--tool-timeout", 1, 86'400, options.tool_timeout,
             "Seconds after which qemu-img is given up (default: 600)");
}

void add_output_options(CLI::App& app, Options& options) {
  add_json(app, options);
  add_choice(
      app, "--color",
      Choices<ColorMode>{{"auto", ColorMode::automatic}, {"always", ColorMode::always}, {"never", ColorMode::never}},
      options.color, "Colours; auto: on a terminal, unless NO_COLOR is set (default: auto)");
  CLI::Option* const quiet = app.add_flag("-q,--quiet", options.quiet, "Print the verdict only");
  app.add_flag("-v,--verbose", options.verbose, "Print every step")->excludes(quiet);
}

void add_run(CLI::App& app, Options& options) {
  app.add_option("FILE", options.files);
  add_run_options(app, options);
  add_number(app, "-j,--jobs", 1, 1024, options.jobs, "Runs at a time; the output is the same for any N (default: 1)");
  add_text(app, "--junit", "FILE", options.junit, "Also write a report in the XML of JUnit");
  app.add_flag("--step", options.step, "Go through the run of one scenario step by step");
  add_output_options(app, options);
}

void add_prove(CLI::App& app, Options& options) {
  ProveOptions& prove = options.prove;
  app.add_option("FILE", options.files);
  add_number(app, "--faults", 0, 8, prove.faults, "Every plan of at most so many faults (default: 2)");
  add_number(app, "--reorderings", 0, 8, prove.reorderings,
             "At most so many choices of thread other than first come, first served (default: 1)");
  add_number(app, "--together", 0, 16, prove.together,
             "At most so many of both in one plan (default: the greater one of the two)");
  app.add_flag("--every-moment", prove.every_moment,
               "Events also where they come to the same as at an earlier moment, which takes several times as long");
  add_number(app, "--runs", 1, UINT64_MAX, prove.runs, "End after so many runs of each scenario, with status 3");
  add_number(app, "--time", 1, 31'536'000, prove.time, "End after so many seconds, with status 3");
  add_choice(app, "--policy", Choices<Policy>{{"nova", Policy::nova}, {"hardened", Policy::hardened}}, options.policy,
             "The rules that the runs follow, instead of the scenario's");
  add_number(app, "--seed", 0, UINT64_MAX, options.seed,
             "Draw the choices at random from this seed; with --check: the samples (default: 1)");
  add_number(app, "-j,--jobs", 1, 1024, options.jobs, "Threads; the output is the same for any N (default: 1)");
  add_text(app, "--out", "DIR", options.out, "Where the certificate and the findings go (default: snapsim-out)");
  add_text(app, "--check", "FILE", prove.check, "Check this certificate instead, by other means");
  add_number(app, "--samples", 0, 1'000'000'000, prove.samples,
             "Of the plans of two and more: how many --check runs (default: 2000)");
  add_json(app, options);
  app.add_flag("-q,--quiet", options.quiet, "Print the verdict only");
}

void add_replay(CLI::App& app, Options& options) {
  app.add_option("RUN", options.files);
  add_run_options(app, options);
  add_output_options(app, options);
}

void add_diff(CLI::App& app, Options& options) {
  app.add_option("RUN", options.files);
  add_choice(app, "--policy", Choices<Policy>{{"nova", Policy::nova}, {"hardened", Policy::hardened}}, options.policy,
             "The rules that both runs follow, instead of the scenarios'");
  add_json(app, options);
}

void add_export(CLI::App& app, Options& options) {
  app.add_option("RUN", options.files);
  add_choice(app, "--as",
             Choices<ExportForm>{{"mermaid", ExportForm::mermaid},
                                 {"plantuml", ExportForm::plantuml},
                                 {"html", ExportForm::html},
                                 {"perfetto", ExportForm::perfetto},
                                 {"shiviz", ExportForm::shiviz},
                                 {"logs", ExportForm::logs},
                                 {"trace", ExportForm::trace},
                                 {"junit", ExportForm::junit}},
             options.form, "What to print (default: mermaid)");
}

void add_explain(CLI::App& app, Options& options) {
  app.add_option("LOG", options.files);
  add_choice(app, "--as",
             Choices<ExplainForm>{
                 {"text", ExplainForm::text}, {"scenario", ExplainForm::scenario}, {"mermaid", ExplainForm::mermaid}},
             options.explain.form, "What to print (default: text)");
  add_text(app, "--out", "FILE", options.explain.out, "Write it to this file instead of standard output");
  add_text(app, "--request", "ID", options.explain.request, "Tell of this request only: req-..., or its beginning");
  add_output_options(app, options);
}

void add_ablate(CLI::App& app, Options& options) {
  app.add_option("FILE", options.files);
  add_json(app, options);
}

void add_fuzz(CLI::App& app, Options& options) {
  app.add_option("FILE", options.files);
  add_number(app, "--runs", 1, INT64_MAX, options.fuzz_runs, "Runs of each scenario (default: 10000)");
  add_duration(app, "--time", options.fuzz_time,
               "How long to go on, all scenarios together: seconds, or a number and s, m or h");
  add_number(app, "--seed", 0, UINT64_MAX, options.seed, "What the runs are drawn from (default: 1)");
  add_number(app, "-j,--jobs", 1, 1024, options.jobs,
             "Runs at a time; the findings are the same for any N (default: 1)");
  app.add_flag("--resume", options.fuzz_resume, "Go on where the last call with this --out stopped, from its seed");
  add_choice(app, "--policy", Choices<Policy>{{"nova", Policy::nova}, {"hardened", Policy::hardened}}, options.policy,
             "The rules that the runs follow, instead of the scenario's");
  add_text(app, "--out", "DIR", options.out, "Where findings and corpus are left (default: snapsim-out)");
  add_output_options(app, options);
}

void add_list(CLI::App& app, Options& options) {
  add_json(app, options);
  add_text(app, "--pages", "DIR", options.pages, "Write a page of Markdown for each into this folder instead");
}

void add_serve(CLI::App& app, Options& options) {
  ServeOptions& serve = options.serve;
  add_number(app, "--port", 0, 65'535, serve.port, "Where to listen; 0: at any free port (default: 8774)");
  add_text(app, "--bind", "ADDRESS", serve.bind, "The address to listen on (default: 127.0.0.1)");
  add_text(app, "--users", "FILE", serve.users, "Who there is, instead of demo and admin with the password secret");
  add_text(app, "--keystone", "URL", serve.keystone, "Tokens are checked with that Keystone; URL ends in /v3");
  add_factor(app, "--speed", serve.speed, "Virtual seconds for each real one; 0: as fast as possible (default: 1)");
  add_text(app, "--faults", "FILE", serve.faults,
           "What goes wrong from the start: a list as in a scenario's \"faults\"");
  add_choice(app, "--policy", Choices<Policy>{{"nova", Policy::nova}, {"hardened", Policy::hardened}}, options.policy,
             "The rules that the cloud follows (default: nova)");
  add_text(app, "--data", "DIR", serve.data, "At the end, leave the session there as a scenario, and its trace");
  for (const ImportOption& option : import_options()) {
    const auto take = [&serve, name = option.name](const std::string& list) {
      try {
        set_import_option(serve.import_filter, name, list);
      } catch (const std::invalid_argument& error) {
        throw CLI::ValidationError(error.what());
      }
    };
    option_values::add(app, option.name, "LIST", option.meaning, take);
  }
  add_duration(app, "--idle-exit", serve.idle_exit,
               "End after so long without a request: seconds, or a number and s, m or h");
}

void add_schema(CLI::App&, Options&) {}

void add_lesson(CLI::App& app, Options& options) {
  add_number(app, "N", 1, 999, options.lesson.number, "The lesson");
  app.add_flag("--play", options.lesson.play, "The lesson answers itself; without N, all of them do");
  add_text(app, "--html", "DIR", options.lesson.html, "Write all lessons as linked pages into this folder");
}

void add_bench(CLI::App& app, Options& options) {
  app.add_option("NAME", options.bench_filter);
  app.add_flag("--quick", options.bench_quick, "Fewer and shorter rounds");
  add_json(app, options);
}

constexpr std::array verbs{
    VerbEntry{Verb::run, "run", "FILE...", "Run each scenario once and tell what happened",
              R"(FILE is a scenario, - standard input. DIR/<scenario>/ gets trace.jsonl, n-api.log, n-cpu.log,
g-api.log, result.json and, with real disks, the finished images. What an earlier run has left there
is replaced once the new run has ended, not before. Under GitHub Actions, runs that failed are also
annotations, at the lines of the expectations that were not met, and are in the job's summary.

Examples:
  snapsim run scenarios/cold_snapshot.json
  snapsim run scenarios/*.json --disks model -q -j 4
  snapsim run scenarios/live_snapshot.json --json | jq .verdict
  snapsim run scenarios/*.json --disks model -q --junit report.xml
  snapsim run scenarios/cold_snapshot.json --step
)",
              add_run},
    VerbEntry{Verb::prove, "prove", "FILE...", "Try every plan of faults and orders up to a size",
              R"(Each scenario is run on model disks with every plan of at most so many faults more than its own, and
with so many choices of thread other than first come, first served. A violation that the scenario does
not list fails (under policy hardened: any); for each DIR/findings/ gets a smallest scenario that shows
it. DIR/certificate.json says what was covered, and --check verifies it by other means.

Examples:
  snapsim prove scenarios/cold_snapshot.json --faults 1
  snapsim prove scenarios/cold_snapshot.json --policy hardened -j 2
  snapsim prove --check snapsim-out/certificate.json
)",
              add_prove},
    VerbEntry{Verb::replay, "replay", "RUN", "Do the same run again, twice, and compare",
              R"(RUN is a token (every result holds one), a scenario file, or a folder that a run has left. The run
is done on model disks and on those of --disks; status 4 says that it was not the same run, and
where. --policy and --seed put something else in place of what RUN says.

Example:
  snapsim replay 'scenarios/cold_snapshot.json#p=nova,s=0,c='
)",
              add_replay},
    VerbEntry{Verb::diff, "diff", "RUN RUN", "Show where two runs part, and why",
              R"(Each RUN is a token, a scenario file, or a folder that a run has left; both are run on model disks.
Printed are the last steps that both have in common, the first that they have not (< first, > second),
what that comes from, and what they end in where that differs. Status 1 says that they differ.

Example:
  snapsim diff scenarios/cold_snapshot.json 'scenarios/cold_snapshot.json#p=hardened,s=0,c='
)",
              add_diff},
    VerbEntry{Verb::export_, "export", "RUN", "Print a picture or a report of a run",
              R"(RUN is a scenario file, a token, or a folder that a run has left. It is run again on model disks.
mermaid, plantuml: sequence diagrams; html: a page with everything, in one file for any browser;
perfetto: a trace for ui.perfetto.dev; shiviz: a log with vector clocks;
logs: n-api.log, n-cpu.log and g-api.log, in this order (of a folder, as they are there); trace:
every step, one JSON object a line; junit: a report in the XML of JUnit.

Examples:
  snapsim export snapsim-out/cold_snapshot --as mermaid > cold_snapshot.mmd
  snapsim export scenarios/cast_lost.json --as html > cast_lost.html
  snapsim export scenarios/cast_lost.json --as plantuml | plantuml -tsvg -pipe > cast_lost.svg
)",
              add_export},
    VerbEntry{Verb::explain, "explain", "LOG...", "Tell the story of real nova and glance logs",
              R"(LOG is a log of nova-api, nova-compute or glance-api, plain or compressed by gzip, or the output of
journalctl (short, or -o json); - is standard input. Files may come in any order, mixed, rotated or
cut; INFO lines are enough, DEBUG lines tell more. Every createImage and createBackup request is
told: its steps, where it ended, what most likely went wrong, what is left behind, and the commands
that look at it and clean it up. Causes are ranked by simulated runs whose logs are compared with
these.

Examples:
  snapsim explain /var/log/nova/nova-api.log /var/log/nova/nova-compute.log* /var/log/glance/api.log
  journalctl -u 'devstack@n-*' -o json | snapsim explain - --json
  snapsim explain n-cpu.log --request req-3f2a --as scenario --out found.json
)",
              add_explain},
    VerbEntry{Verb::ablate, "ablate", "FILE...", "Show what each recovery rule of policy hardened is needed for",
              R"(Each scenario is run under policy hardened with one rule off at a time, on model disks. Listed are the
scenarios that then violate an invariant, and which. Status 1 says that no scenario needs a rule, or
that one is violated with every rule in force.

Example:
  snapsim ablate scenarios/*.json
)",
              add_ablate},
    VerbEntry{
        Verb::fuzz, "fuzz", "FILE...", "Look for violated invariants in random runs, and make them small",
        R"(Each run adds up to four random faults and requests to the scenario and orders racing events at random, on
model disks. What violates an invariant that the scenario does not list is shrunk to the fewest and
simplest faults. DIR/findings/ gets a scenario that fails and a diagram for each finding, DIR/corpus/
the choices of each run that reached something new, DIR/findings.sqlite all of it as tables. Status 1
says that something was found.

Examples:
  snapsim fuzz scenarios/cold_snapshot.json --runs 100000 -j 2
  snapsim fuzz scenarios/*.json --policy hardened --time 10m --seed 7
)",
        add_fuzz},
    VerbEntry{Verb::serve, "serve", "", "Serve Keystone, Nova and Glance to real clients, faults on demand",
              R"(Listens on one port as devstack does: /identity, /compute, /image, a page at /, and /_snapsim for
faults, the trace, the verdict and the session as a scenario. It guards nothing: anybody who reaches the
port can do everything. Once it can be used, it prints "snapsim: ready on URL". docs/serve.md tells the rest.

Examples:
  snapsim serve --port 8774
  snapsim serve --port 0 --speed 0 --idle-exit 10m
  snapsim serve --faults faults.json --data session
)",
              add_serve},
    VerbEntry{Verb::faults, "faults", "", "List every fault point and what really causes it", "", add_list},
    VerbEntry{Verb::invariants, "invariants", "", "List what every run is checked against, one sentence each", "",
              add_list},
    VerbEntry{Verb::schema, "schema", "", "Print the JSON Schema of scenario files", "", add_schema},
    VerbEntry{Verb::lesson, "lesson", "[N]", "Learn the life of a snapshot: predict a run, and let it answer",
              R"(Without N: the list of lessons. A lesson tells what it is about and asks what happens; every answer is
looked up in the run, and a wrong one is explained by the step that shows it. Answers are read from
standard input, a line each; its end ends the lesson.

Examples:
  snapsim lesson
  snapsim lesson 1
  snapsim lesson --play
  snapsim lesson --html lessons
)",
              add_lesson},
    VerbEntry{Verb::bench, "bench", "[NAME]", "Run the benchmarks, beside their peers where those are installed",
              "With a NAME, only the benchmarks whose name contains it.\n", add_bench},
};

/// A line of a list: a name of so many columns, and what it means; below it where the name is longer.
std::string list_line(std::string name, std::size_t columns, const std::string& meaning) {
  std::string line = "  " + name;
  if (name.size() + 2 > columns) {
    line += "\n" + std::string(columns + 2, ' ');
  } else {
    line.append(columns - name.size(), ' ');
  }
  return line + meaning + "\n";
}

std::string option_name(const CLI::Option& option) {
  std::string name;
  for (const std::string& letter : option.get_snames()) name += (name.empty() ? "-" : ", -") + letter;
  for (const std::string& word : option.get_lnames()) name += (name.empty() ? "--" : ", --") + word;
  return option.get_type_size() == 0 ? name : name + " " + option.get_type_name();
}

}  // namespace

std::span<const VerbEntry> verb_table() {
  return verbs;
}

const VerbEntry* find_verb(std::string_view name) {
  const auto found = std::ranges::find(verbs, name, &VerbEntry::name);
  return found == verbs.end() ? nullptr : &*found;
}

std::vector<std::string> verb_names() {
  std::vector<std::string> names;
  for (const VerbEntry& verb : verbs) names.emplace_back(verb.name);
  return names;
}

std::string program_help() {
  std::string text =
      "A deterministic simulator and test harness of the OpenStack Nova instance snapshot.\n\n"
      "Usage: snapsim VERB [OPTIONS]...\n\nVerbs:\n";
  for (const VerbEntry& verb : verbs) {
    const std::string gap = verb.arguments.empty() ? "" : " ";
    text += list_line(std::string(verb.name) + gap + std::string(verb.arguments), 16, std::string(verb.summary));
  }
  return text + R"(
Options:
  -h, --help      Print this text; after a verb: what that verb takes
  --version       Print the version

Exit status:
   0  every expectation and invariant held
   1  one of them failed: the choices and the command to replay them are printed
   2  a bad scenario or command line: nothing was run or written
   3  the budget ended first: what was covered is printed
   4  the same choices gave two different traces
  70  a defect of snapsim itself
  74  the file system or an outside tool failed
  77  an outside tool is missing
 130  interrupted
)";
}

std::string verb_help(const VerbEntry& verb, const CLI::App& app) {
  std::string text = std::string(verb.summary) + ".\n\nUsage: snapsim " + std::string(verb.name) + " [OPTIONS]...";
  if (!verb.arguments.empty()) text += " " + std::string(verb.arguments);
  text += "\n\n";
  if (!verb.more.empty()) text += std::string(verb.more) + "\n";
  text += "Options:\n";
  for (const CLI::Option* const option : app.get_options()) {
    if (option->nonpositional()) text += list_line(option_name(*option), 28, option->get_description());
  }
  return text;
}

}  // namespace snapsim
