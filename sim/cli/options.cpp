#include "sim/cli/options.hpp"

#include <algorithm>
#include <iostream>

#include <CLI/CLI.hpp>

#include "sim/scenario/nearest_name.hpp"

namespace snapsim {
namespace {

const std::vector<std::string> verbs{"run", "replay", "export", "invariants", "schema", "bench"};

/// Verbs of the contract that this version does not have yet.
const std::vector<std::string> later_verbs{"prove", "fuzz", "faults", "serve", "lesson", "explain"};

void add_output_options(CLI::App& app, Options& options) {
  app.add_flag("--json", options.json, "Print one JSON object on standard output, all else on standard error");
}

void add_run_options(CLI::App& app, Options& options) {
  static const std::map<std::string, bool> disks{{"qcow2", false}, {"model", true}};
  static const std::map<std::string, Policy> policies{{"nova", Policy::nova}, {"hardened", Policy::hardened}};
  static const std::map<std::string, ColorMode> colors{
      {"auto", ColorMode::automatic}, {"always", ColorMode::always}, {"never", ColorMode::never}};
  app.add_option("--disks", options.model_disks, "Disks of the guests: qcow2 (real, by qemu-img) or model")
      ->transform(CLI::Transformer(disks).description("qcow2|model"))
      ->check(CLI::IsMember({"0", "1", "false", "true"}).description(""))
      ->default_str("qcow2");
  app.add_option("--policy", options.policy, "Rules that the run follows, instead of the scenario's")
      ->transform(CLI::CheckedTransformer(policies).description("nova|hardened"));
  app.add_option("--seed", options.seed, "Draw the run's choices at random, from this seed; 0: nothing is drawn");
  app.add_option("-j", options.jobs, "Runs at a time")->check(CLI::Range(1, 1024));
  app.add_option("--out", options.out, "Folder for everything that a run writes")->capture_default_str();
  app.add_flag("--keep-disks", options.keep_disks, "Also leave the guests' disks, as they are at the end, in --out");
  app.add_option("--color", options.color, "Colours: auto, always or never")
      ->transform(CLI::CheckedTransformer(colors).description("auto|always|never"));
  app.add_flag("-q", options.quiet, "Print the verdict only");
  app.add_flag("-v", options.verbose, "Print every step");
}

/// A verb that nobody knows: says which one was probably meant.
Exit unknown_verb(const std::string& verb) {
  std::cerr << "snapsim: ";
  if (std::find(later_verbs.begin(), later_verbs.end(), verb) != later_verbs.end()) {
    std::cerr << "this version does not have the verb \"" << verb << "\" yet\n";
    return Exit::bad_input;
  }
  const std::string nearest = nearest_name(verb, verbs);
  std::cerr << "unknown verb \"" << verb << "\"";
  if (!nearest.empty()) std::cerr << "; did you mean \"" << nearest << "\"?";
  std::cerr << "\nTry snapsim --help.\n";
  return Exit::bad_input;
}

/// An option that nobody knows: the nearest one that the verb has.
std::string option_suggestion(const CLI::App& app, const std::string& message) {
  const std::size_t at = message.find("--");
  if (at == std::string::npos) return {};
  const std::string wanted = message.substr(at, message.find_first_of(" =", at) - at);
  std::vector<std::string> names;
  for (const CLI::Option* const option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  const std::string nearest = nearest_name(wanted, names);
  return nearest.empty() || nearest == wanted ? "" : "; did you mean " + nearest + "?";
}

}  // namespace

std::variant<Options, Exit> read_command_line(int argc, const char* const* argv) {
  Options options;
  CLI::App app{"A deterministic simulator of the OpenStack Nova instance snapshot."};
  app.name("snapsim");
  app.require_subcommand(1);
  app.set_version_flag("--version", std::string("snapsim " SNAPSIM_VERSION));

  CLI::App& run = *app.add_subcommand("run", "Run each scenario once and tell what happened");
  run.add_option("FILE", options.files, "Scenario files, - for standard input")->required();
  add_output_options(run, options);
  add_run_options(run, options);

  CLI::App& replay = *app.add_subcommand("replay", "Do the same run again, twice, and compare");
  replay.add_option("TOKEN|FILE", options.files, "A token that a run has printed, or a scenario file")
      ->required()
      ->expected(1);
  add_output_options(replay, options);
  add_run_options(replay, options);

  static const std::map<std::string, ExportForm> forms{
      {"mermaid", ExportForm::mermaid}, {"logs", ExportForm::logs}, {"trace", ExportForm::trace}};
  CLI::App& exported = *app.add_subcommand("export", "Print a picture or a report of a run");
  exported.add_option("RUN", options.files, "A scenario file, a token, or the folder that a run has left in --out")
      ->required()
      ->expected(1);
  exported.add_option("--as", options.form, "What to print: mermaid, logs or trace")
      ->transform(CLI::CheckedTransformer(forms).description("mermaid|logs|trace"))
      ->required();

  CLI::App& invariants = *app.add_subcommand("invariants", "List every invariant, one sentence each");
  add_output_options(invariants, options);
  CLI::App& schema = *app.add_subcommand("schema", "Print the JSON Schema of scenario files");
  CLI::App& bench = *app.add_subcommand("bench", "Run the benchmarks, beside their peers where those are installed");
  bench.add_option("NAME", options.bench_filter, "Only benchmarks whose name contains this");
  bench.add_flag("--quick", options.bench_quick, "Fewer and shorter rounds");
  add_output_options(bench, options);

  if (argc > 1 && argv[1][0] != '-' && std::find(verbs.begin(), verbs.end(), argv[1]) == verbs.end()) {
    return unknown_verb(argv[1]);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    const auto chosen = app.get_subcommands();
    std::cout << (chosen.empty() ? app : *chosen.front()).help();
    return Exit::held;
  } catch (const CLI::CallForVersion&) {
    std::cout << "snapsim " SNAPSIM_VERSION "\n";
    return Exit::held;
  } catch (const CLI::ParseError& error) {
    const auto chosen = app.get_subcommands();
    const CLI::App& where = chosen.empty() ? app : *chosen.front();
    const std::string verb = chosen.empty() ? "" : " " + where.get_name();
    std::cerr << "snapsim" << verb << ": " << error.what() << option_suggestion(where, error.what()) << "\nTry snapsim"
              << verb << " --help.\n";
    return Exit::bad_input;
  }
  if (run.parsed()) options.verb = Verb::run;
  if (replay.parsed()) options.verb = Verb::replay;
  if (exported.parsed()) options.verb = Verb::export_;
  if (invariants.parsed()) options.verb = Verb::invariants;
  if (schema.parsed()) options.verb = Verb::schema;
  if (bench.parsed()) options.verb = Verb::bench;
  return options;
}

}  // namespace snapsim
