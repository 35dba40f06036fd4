// snapsim_mutation OUT [-j N] [--sample N | --only NUMBER | --left FILE]: runs the scenario library against every
// mutant of the flow (or against N, spread evenly; against one; or against those that a mutants.tsv of the same program
// says are left), prints which of them were found out and by what, and leaves OUT/mutants.tsv.

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "tests/mutation/mutation_report.hpp"

namespace snapsim::mutation {
namespace {

namespace fs = std::filesystem;

struct Options {
  fs::path out;
  std::size_t jobs = std::max(1u, std::thread::hardware_concurrency());
  std::size_t sample = 0;  ///< 0: all
  std::size_t only = 0;    ///< the number of one mutant; 0: not only one
  fs::path left;           ///< what an earlier run left; empty: not only those
};

/// Throws CLI::ParseError, for --help too.
Options options_of(CLI::App& app, int argc, char** argv) {
  Options options;
  app.add_option("OUT", options.out, "folder for mutants.tsv")->required();
  app.add_option("-j", options.jobs, "how many processes run mutants")->check(CLI::PositiveNumber);
  CLI::Option* const sample = app.add_option("--sample", options.sample, "so many mutants, spread evenly");
  CLI::Option* const only = app.add_option("--only", options.only, "the mutant of this number");
  CLI::Option* const left = app.add_option("--left", options.left, "those that this mutants.tsv says are left");
  for (CLI::Option* const option : {sample, only}) option->check(CLI::PositiveNumber);
  only->excludes(sample)->excludes(left);
  sample->excludes(left);
  app.parse(argc, argv);
  return options;
}

/// The mutants that a list of outcomes says were found out by nobody.
std::vector<MutantInfo> left_by(const fs::path& list, std::span<const MutantInfo> table) {
  std::ifstream file(list);
  if (!file) throw std::runtime_error("cannot read " + list.string());
  std::vector<MutantInfo> left;
  for (std::string line; std::getline(file, line);) {
    std::istringstream columns(line);
    std::string number, kind, place, fate;
    for (std::string* const column : {&number, &kind, &place, &fate}) std::getline(columns, *column, '\t');
    const bool is_left =
        fate == to_string(Fate::survived) || fate == to_string(Fate::unseen) || fate == to_string(Fate::unreached);
    if (is_left && !is_counted_apart(kind)) left.push_back(table[std::strtoul(number.c_str(), nullptr, 10) - 1]);
  }
  return left;
}

std::vector<MutantInfo> chosen(const Options& options) {
  const std::size_t sample = options.sample;
  const std::size_t only = options.only;
  const std::span<const MutantInfo> table = mutant_table();
  if (!options.left.empty()) return left_by(options.left, table);
  if (only > table.size()) throw std::runtime_error("there is no such mutant");
  if (only != 0) return {table[only - 1]};
  if (sample == 0 || sample >= table.size()) return {table.begin(), table.end()};
  std::vector<MutantInfo> some;
  for (std::size_t i = 0; i < sample; ++i) some.push_back(table[i * table.size() / sample]);
  return some;
}

fs::path part_file(const Options& options, std::size_t job) {
  return options.out / fmt::format("part_{}.txt", job);
}

/// The mutants job, job + jobs, ... of the list; a line for each: the fate, by what, where.
void run_part(const Options& options, const std::vector<MutantInfo>& mutants, const std::vector<LibraryCase>& cases,
              const std::vector<UnitCase>& unit_tests, std::size_t job) {
  std::ofstream part(part_file(options, job));
  for (std::size_t i = job; i < mutants.size(); i += options.jobs) {
    const MutantResult result = run_mutant(mutants[i].number, cases, unit_tests);
    part << static_cast<int>(result.fate) << '\t' << result.by << '\t' << result.where << '\n';
  }
}

std::vector<MutantOutcome> gathered(const Options& options, const std::vector<MutantInfo>& mutants) {
  std::vector<MutantOutcome> outcomes(mutants.size());
  for (std::size_t job = 0; job < options.jobs; ++job) {
    std::ifstream part(part_file(options, job));
    for (std::size_t i = job; i < mutants.size(); i += options.jobs) {
      std::string fate;
      MutantResult result;
      if (!std::getline(part, fate, '\t') || !std::getline(part, result.by, '\t') ||
          !std::getline(part, result.where)) {
        throw std::runtime_error("a part of the run broke off");
      }
      result.fate = static_cast<Fate>(std::stoi(fate));
      outcomes[i] = {mutants[i], std::move(result)};
    }
    part.close();
    fs::remove(part_file(options, job));
  }
  return outcomes;
}

void run(const Options& options) {
  fs::create_directories(options.out);
  std::vector<LibraryCase> cases = library_cases();
  const std::size_t of_library = cases.size();
  std::ranges::move(mishap_cases(), std::back_inserter(cases));
  const std::vector<MutantInfo> mutants = chosen(options);
  const std::vector<UnitCase> unit_tests = unit_cases();
  std::cout << fmt::format("{} mutants, {} runs of the scenario library, {} runs with a mishap, {} unit tests\n",
                           mutants.size(), of_library, cases.size() - of_library, unit_tests.size())
            << std::flush;
  std::vector<pid_t> parts;
  for (std::size_t job = 0; job < options.jobs; ++job) {
    const pid_t part = fork();
    if (part == 0) {
      run_part(options, mutants, cases, unit_tests, job);
      _exit(0);
    }
    parts.push_back(part);
  }
  for (const pid_t part : parts) waitpid(part, nullptr, 0);
  const std::vector<MutantOutcome> outcomes = gathered(options, mutants);
  std::ofstream(options.out / "mutants.tsv") << list_text(outcomes);
  std::cout << report_text(outcomes) << "each mutant: " << (options.out / "mutants.tsv").string() << '\n';
}

}  // namespace
}  // namespace snapsim::mutation

int main(int argc, char** argv) try {
  CLI::App app(
      "Runs the scenario library against every mutant of the flow, and tells which were found out and by what.");
  try {
    snapsim::mutation::run(snapsim::mutation::options_of(app, argc, argv));
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  return 0;
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 2;
}
