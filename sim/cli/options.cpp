#include "sim/cli/options.hpp"

#include <algorithm>
#include <filesystem>
#include <iostream>

#include <CLI/CLI.hpp>

#include "sim/cli/verb_table.hpp"
#include "sim/spelling/nearest_name.hpp"
#include "sim/spelling/printable.hpp"
#include "sim/spelling/unexpected_argument.hpp"

namespace snapsim {
namespace {

/// Prints what was asked for, and gives the status to exit with.
Exit print(const std::string& text) {
  std::cout << text << std::flush;
  if (std::cout) return Exit::held;
  std::cerr << "snapsim: cannot write to standard output\n";
  return Exit::outside_failed;
}

/// Says what is wrong with the command line. `verb` is empty where that is not known.
Exit usage_error(const std::string& message, std::string_view verb = {}) {
  const std::string command = "snapsim" + (verb.empty() ? "" : " " + std::string(verb));
  std::cerr << command << ": " << message << "\nTry " << command << " --help.\n";
  return Exit::bad_input;
}

Exit unknown_verb(const std::string& word) {
  if (word.starts_with('-')) {
    const std::string nearest = nearest_name(word, {"--help", "--version"});
    return usage_error("unknown option " + snapsim::quoted(word) +
                       (nearest.empty() ? "; a verb's options stand after it" : did_you_mean(nearest)));
  }
  std::error_code ignored;
  if (word.ends_with(".json") || std::filesystem::is_regular_file(word, ignored)) {
    return usage_error("there is no verb before " + snapsim::quoted(word) + did_you_mean("run " + word));
  }
  return usage_error("unknown verb " + snapsim::quoted(word) + did_you_mean(nearest_name(word, verb_names())));
}

/// What is wrong with the files that the verb got; empty: nothing.
std::string defect_of_files(const Options& options) {
  if (std::ranges::count(options.files, "") > 0) return "the name of a file is empty";
  if (std::ranges::count(options.files, "-") > 1) return "standard input can be read only once";
  switch (options.verb) {
    case Verb::prove:
      if (!options.prove.check.empty()) return options.files.empty() ? "" : "--check takes no scenario file";
      [[fallthrough]];
    case Verb::run:
      if (options.step && options.files.size() > 1) return "--step goes through the run of one scenario";
      if (options.step && !options.files.empty() && options.files.front() == "-") {
        return "--step reads its commands from standard input, so the scenario cannot come from there";
      }
      [[fallthrough]];
    case Verb::ablate:
    case Verb::fuzz:
      return options.files.empty() ? "no scenario file is given" : "";
    case Verb::replay:
    case Verb::export_:
      if (options.files.size() == 1) return "";
      return options.files.empty()
                 ? "no token, scenario file or result folder is given"
                 : "takes one token, scenario file or result folder, not " + std::to_string(options.files.size());
    case Verb::explain:
      return options.files.empty() ? "no log is given" : "";
    case Verb::diff:
      if (options.files.size() == 2) return "";
      return "takes two tokens, scenario files or result folders, not " + std::to_string(options.files.size());
    default:
      return "";
  }
}

/// CLI11 takes its arguments from the last to the first. What names the standard input, alone or in a token, is moved
/// to `files`: to CLI11 a token that begins with '-' is an option.
std::vector<std::string> arguments_of(int argc, const char* const* argv, std::vector<std::string>& files) {
  std::vector<std::string> arguments;
  for (int i = argc - 1; i > 1; --i) {
    if (std::string_view(argv[i]).starts_with("-#")) {
      files.emplace_back(argv[i]);
    } else {
      arguments.emplace_back(argv[i]);
    }
  }
  return arguments;
}

/// A file's name never looks like an option where it is printed as part of a command.
void disarm_names(std::vector<std::string>& files) {
  for (std::string& file : files) {
    if (file.starts_with('-') && file != "-" && !file.starts_with("-#")) file.insert(0, "./");
  }
}

std::variant<Options, Exit> read_verb_options(const VerbEntry& verb, int argc, const char* const* argv) {
  Options options;
  options.verb = verb.verb;
  CLI::App app;
  app.set_help_flag("-h,--help", "Print this text");
  verb.add_to(app, options);
  std::vector<std::string> tokens;
  try {
    app.parse(arguments_of(argc, argv, tokens));
  } catch (const CLI::CallForHelp&) {
    return print(verb_help(verb, app));
  } catch (const CLI::ExtrasError&) {
    return usage_error(unexpected_argument(app.remaining().front(), long_options(app)), verb.name);
  } catch (const CLI::ArgumentMismatch& error) {
    const std::string message = error.what();
    const std::size_t name_end = message.find(": ");
    return usage_error(name_end == std::string::npos ? message : message.substr(0, name_end) + " needs a value",
                       verb.name);
  } catch (const CLI::ExcludesError&) {
    return usage_error("-q and -v exclude each other", verb.name);
  } catch (const CLI::ParseError& error) {
    return usage_error(error.what(), verb.name);
  }
  options.files.insert(options.files.end(), tokens.begin(), tokens.end());
  disarm_names(options.files);
  const std::string defect = defect_of_files(options);
  if (!defect.empty()) return usage_error(defect, verb.name);
  return options;
}

/// `snapsim help VERB` is what git has taught people to type.
Exit help(const std::string& word) {
  const VerbEntry* const verb = find_verb(word);
  if (!verb) return word.empty() ? print(program_help()) : unknown_verb(word);
  Options unused;
  CLI::App app;
  app.set_help_flag("-h,--help", "Print this text");
  verb->add_to(app, unused);
  return print(verb_help(*verb, app));
}

}  // namespace

std::variant<Options, Exit> read_command_line(int argc, const char* const* argv) {
  if (argc < 2) {
    std::cerr << program_help();
    return Exit::bad_input;
  }
  const std::string word = argv[1];
  if (word == "-h" || word == "--help" || word == "help") return help(argc > 2 ? argv[2] : "");
  if (word == "--version" || word == "version") return print("snapsim " SNAPSIM_VERSION "\n");
  const VerbEntry* const verb = find_verb(word);
  if (!verb) return unknown_verb(word);
  return read_verb_options(*verb, argc, argv);
}

}  // namespace snapsim
