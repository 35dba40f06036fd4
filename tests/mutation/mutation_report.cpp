#include "tests/mutation/mutation_report.hpp"

#include <algorithm>
#include <array>
#include <map>

#include <fmt/format.h>

namespace snapsim::mutation {
namespace {

using Counts = std::array<int, fate_count>;

constexpr std::array all_fates = {Fate::violated, Fate::held,     Fate::crashed, Fate::expectation, Fate::unit_test,
                                  Fate::outside,  Fate::survived, Fate::unseen,  Fate::unreached};

int count(const Counts& counts, Fate fate) {
  return counts[static_cast<std::size_t>(fate)];
}

int sum(const Counts& counts) {
  int all = 0;
  for (const int each : counts) all += each;
  return all;
}

void add_row(std::string& text, std::string_view name, const Counts& counts) {
  text += fmt::format("{:<14}{:>8}", name, sum(counts));
  for (const Fate fate : all_fates) text += fmt::format("{:>12}", count(counts, fate));
  text += '\n';
}

double percent(int part, int whole) {
  return whole == 0 ? 100.0 : 100.0 * part / whole;
}

std::string sums_text(const Counts& all) {
  const int mutants = sum(all);
  const int by_invariants = count(all, Fate::violated) + count(all, Fate::held);
  const int crashed = count(all, Fate::crashed);
  const int by_scenarios = by_invariants + crashed + count(all, Fate::expectation);
  const int by_unit_tests = by_scenarios + count(all, Fate::unit_test);
  const int killed = by_unit_tests + count(all, Fate::outside);
  return fmt::format(
      "of {} found out by invariants alone {:.1f} %, with crashes {:.1f} %, with `expect` {:.1f} %, with the flow's "
      "unit "
      "tests {:.1f} %, with what is seen from outside {:.1f} %\n",
      mutants, percent(by_invariants, mutants), percent(by_invariants + crashed, mutants),
      percent(by_scenarios, mutants), percent(by_unit_tests, mutants), percent(killed, mutants));
}

}  // namespace

bool is_counted_apart(std::string_view kind) {
  return kind == "log" || kind == "delay";
}

std::string report_text(const std::vector<MutantOutcome>& outcomes) {
  std::map<std::string, Counts> by_kind;
  std::map<std::string, int> by_invariant;
  Counts all{};
  for (const MutantOutcome& outcome : outcomes) {
    const auto fate = static_cast<std::size_t>(outcome.result.fate);
    ++by_kind[std::string(outcome.mutant.kind)][fate];
    if (is_counted_apart(outcome.mutant.kind)) continue;
    ++all[fate];
    if (outcome.result.fate <= Fate::expectation) {
      ++by_invariant[std::string(to_string(outcome.result.fate)) + " " + outcome.result.by];
    }
  }
  std::string text = fmt::format("{:<14}{:>8}", "operator", "mutants");
  for (const Fate fate : all_fates) text += fmt::format("{:>12}", to_string(fate));
  text += '\n';
  for (const auto& [kind, counts] : by_kind) {
    if (!is_counted_apart(kind)) add_row(text, kind, counts);
  }
  add_row(text, "all", all);
  text += "\ncounted apart, because only logs or times tell of them:\n";
  for (const auto& [kind, counts] : by_kind) {
    if (is_counted_apart(kind)) add_row(text, kind, counts);
  }
  text += "\nfound out by\n";
  for (const auto& [by, number] : by_invariant) text += fmt::format("{:>8}  {}\n", number, by);
  return text + '\n' + sums_text(all);
}

std::string list_text(const std::vector<MutantOutcome>& outcomes) {
  std::string text;
  for (const auto& [mutant, result] : outcomes) {
    text += fmt::format("{}\t{}\t{}:{}\t{}\t{}\t{}\t{}\n", mutant.number, mutant.kind, mutant.file, mutant.line,
                        to_string(result.fate), result.by, result.where, mutant.change);
  }
  return text;
}

}  // namespace snapsim::mutation
