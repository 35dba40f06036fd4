#include "sim/cli/prove_report.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sim/report/text.hpp"
#include "sim/world/fault_point.hpp"

namespace snapsim {
namespace {

std::string plural(std::uint64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

/// "2 faults and 1 reordering".
std::string size_text(Tally::Size size) {
  const std::string faults = size.first == 0 ? "" : plural(size.first, "fault");
  const std::string reorderings = size.second == 0 ? "" : plural(size.second, "reordering");
  if (faults.empty() && reorderings.empty()) return "nothing else";
  return faults.empty() || reorderings.empty() ? faults + reorderings : faults + " and " + reorderings;
}

void write_limits(const ProofLimits& limits, std::ostream& out) {
  out << fmt::format("every plan of at most {} and at most {}, {} in all\n", plural(limits.faults, "fault"),
                     plural(limits.reorderings, "reordering"), limits.together);
}

void write_counts(const Tally& tally, std::ostream& out) {
  out << fmt::format("  {} at {} of its runs\n", plural(tally.points.size(), "fault point"),
                     plural(tally.places.size(), "place"));
  for (const auto& [size, count] : tally.counts) {
    out << fmt::format("  with {}: {} in {}\n", size_text(size), plural(count.plans, "plan"),
                       plural(count.runs, "run"));
  }
  out << fmt::format("  in all {} in {} through {}, which end in {}\n", plural(tally.plans(), "plan"),
                     plural(tally.runs, "run"), plural(tally.states, "state"),
                     plural(tally.outcomes.size(), "different outcome"));
  if (tally.never_fired > 0) {
    out << fmt::format("  of {} the last fault never happened, as another one did at its place: no plans\n",
                       plural(tally.never_fired, "run"));
  }
  if (tally.held > 0) {
    out << fmt::format("  {} ended with a step that is held for ever, and were not judged\n",
                       plural(tally.held, "run"));
  }
}

void write_not_covered(const Proof& proof, std::ostream& out) {
  if (!proof.tally.is_whole) {
    out << fmt::format("ENDED EARLY: every plan of at most {} was run, and of larger ones a part.\n",
                       plural(proof.tally.whole_up_to, "departure"));
  }
  out << fmt::format(
      "Not covered: more than {}; orders of threads that are ready at the same instant that differ in\n"
      "more than {} from first come, first served; faults that happen every time; other amounts\n"
      "of bytes and delays than the usual ones; processes that stay dead; moments between operations{}.\n",
      plural(proof.limits.faults, "fault"), plural(proof.limits.reorderings, "choice"),
      proof.limits.by_moment ? ";\nevents again where nobody has dealt with what they hit since an earlier moment"
                             : "");
}

void write_finding(const ProofFinding& found, std::ostream& out) {
  out << fmt::format("  {} for {}, by {}\n    {}\n    smallest plan: {}\n", found.key.invariant,
                     visible(found.key.subject), plural(found.finding.runs, "run"), visible(found.finding.message),
                     text_of(found.finding.plan));
  if (found.file.empty()) {
    out << "    no ordinary run by this plan shows it: only one in which operations pass in halves\n";
  } else {
    out << "    " << command_of(found) << '\n';
  }
}

std::string verdict_line(const Proof& proof, const std::vector<ProofFinding>& findings) {
  if (!findings.empty()) return fmt::format("VIOLATED: {}", plural(findings.size(), "violation"));
  if (!proof.tally.is_whole) return "UNDECIDED: the budget ended first";
  return "PROVEN: no plan violates an invariant that the scenario does not list";
}

std::string first_command(const std::vector<ProofFinding>& findings) {
  for (const ProofFinding& found : findings) {
    if (!found.file.empty()) return command_of(found);
  }
  return {};
}

}  // namespace

std::string command_of(const ProofFinding& finding) {
  return "./snapsim run " + shell_quoted(finding.file) + " --disks model";
}

void write_proof(const Proof& proof, const std::vector<ProofFinding>& findings, bool quiet, std::ostream& out) {
  const std::string command = first_command(findings);
  if (!command.empty()) out << command << '\n';
  if (!quiet) {
    out << visible(proof.scenario.title) << '\n'
        << (proof.scenario.policy == Policy::hardened ? "hardened" : "nova") << " policy, ";
    write_limits(proof.limits, out);
    write_counts(proof.tally, out);
    write_not_covered(proof, out);
    if (!findings.empty()) out << "Violations:\n";
    for (const ProofFinding& found : findings) write_finding(found, out);
  }
  out << verdict_line(proof, findings) << '\n';
  if (!command.empty()) out << command << '\n';
}

nlohmann::ordered_json proof_json(const Proof& proof, const std::vector<ProofFinding>& findings) {
  nlohmann::ordered_json json = certificate_of(proof);
  json.erase("scenario");
  json.erase("outcomes");
  nlohmann::ordered_json files = nlohmann::ordered_json::array();
  for (const ProofFinding& found : findings) {
    files.push_back(
        {{"invariant", found.key.invariant},
         {"subject", valid_utf8(found.key.subject)},
         {"file", found.file.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(valid_utf8(found.file))}});
  }
  nlohmann::ordered_json whole{{"scenario", valid_utf8(proof.scenario.path)},
                               {"runs", proof.tally.runs},
                               {"states", proof.tally.states},
                               {"plans", proof.tally.plans()},
                               {"outcomes", proof.tally.outcomes.size()},
                               {"unlisted", std::move(files)}};
  whole.update(json);
  return whole;
}

}  // namespace snapsim
