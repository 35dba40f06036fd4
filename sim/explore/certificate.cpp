#include "sim/explore/certificate.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "sim/choice/random.hpp"
#include "sim/explore/counterexample_file.hpp"
#include "sim/explore/plan_json.hpp"
#include "sim/scenario/reader.hpp"
#include "sim/scenario/writer.hpp"
#include "sim/world/fault_point.hpp"

namespace snapsim {
namespace {

using Json = nlohmann::ordered_json;

std::string hash_of(const std::string& text) {
  const XXH128_hash_t hash = XXH3_128bits(text.data(), text.size());
  return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

std::string hex(std::uint64_t number) {
  return fmt::format("{:016x}", number);
}

Json counts_json(const Tally& tally) {
  Json list = Json::array();
  for (const auto& [size, count] : tally.counts) {
    list.push_back({{"faults", size.first},
                    {"reorderings", size.second},
                    {"plans", count.plans},
                    {"runs", count.runs},
                    {"digest", hex(count.digest)}});
  }
  return list;
}

Json findings_json(const Proof& proof) {
  const std::set<std::string> listed = listed_violations(proof.scenario);
  Json list = Json::array();
  for (const auto& [key, finding] : proof.tally.findings) {
    list.push_back({{"invariant", key.invariant},
                    {"subject", key.subject},
                    {"message", finding.message},
                    {"listed", listed.contains(key.invariant)},
                    {"runs", finding.runs},
                    {"in_words", text_of(finding.plan)},
                    {"plan", plan_json(finding.plan)}});
  }
  return list;
}

/// Runs plans and compares what they end in with what a certificate says.
class CertificateCheck {
 public:
  CertificateCheck(const Json& certificate, Scenario scenario)
      : certificate_(certificate), scenario_(scenario), runner_(std::move(scenario)) {
    for (const Json& outcome : certificate.at("outcomes")) outcomes_.insert(outcome.get<std::string>());
    for (const Json& finding : certificate.at("findings")) keys_.insert(key_of(finding));
    is_whole_ = certificate.at("whole").get<bool>();
  }

  void check_small_plans(const std::function<bool()>& stop);
  void check_samples(std::size_t samples, std::uint64_t seed, const std::function<bool()>& stop);
  void check_findings();
  std::vector<std::string> take_differences() { return std::move(differences_); }

 private:
  static ViolationKey key_of(const Json& finding) {
    return {finding.at("invariant").get<std::string>(), finding.at("subject").get<std::string>()};
  }
  std::size_t limit(const char* key) const { return certificate_.at("limits").at(key).get<std::size_t>(); }
  void differs(std::string difference) { differences_.push_back(std::move(difference)); }
  void check_known(const Plan& plan, const PlanRun& run);
  void compare_counts(Tally::Size size, const PlanCount& counted);

  const Json& certificate_;
  Scenario scenario_;
  PlanRunner runner_;
  std::set<std::string> outcomes_;
  std::set<ViolationKey> keys_;
  bool is_whole_ = true;
  std::vector<std::string> differences_;
};

void CertificateCheck::check_known(const Plan& plan, const PlanRun& run) {
  if (!is_whole_) return;  // what was cut off may end in anything
  if (!outcomes_.contains(hex(run.outcome))) {
    differs(fmt::format("{}: ends in an outcome that the certificate does not list", text_of(plan)));
  }
  for (const PlanRun::Found& found : run.violations) {
    if (keys_.contains(found.key)) continue;
    differs(fmt::format("{}: violates {} for {}, which the certificate does not list", text_of(plan),
                        found.key.invariant, found.key.subject));
  }
}

void CertificateCheck::compare_counts(Tally::Size size, const PlanCount& counted) {
  PlanCount written;
  std::string digest = hex(0);
  for (const Json& entry : certificate_.at("counts")) {
    const Tally::Size of{entry.at("faults").get<std::size_t>(), entry.at("reorderings").get<std::size_t>()};
    if (of != size) continue;
    written.plans = entry.at("plans").get<std::uint64_t>();
    digest = entry.at("digest").get<std::string>();
  }
  if (written.plans != counted.plans) {
    differs(fmt::format("{} plans of {} faults and {} reorderings were found, the certificate has {}", counted.plans,
                        size.first, size.second, written.plans));
  } else if (digest != hex(counted.digest)) {
    differs(fmt::format("plans of {} faults and {} reorderings end otherwise than the certificate says", size.first,
                        size.second));
  }
}

void CertificateCheck::check_small_plans(const std::function<bool()>& stop) {
  std::map<Tally::Size, PlanCount> counted;
  std::vector<Plan> plans{{}};
  if (limit("together") > 0) {
    std::vector<Plan> singles = single_departures(scenario_, limit("faults") > 0, limit("reorderings") > 0);
    std::ranges::move(singles, std::back_inserter(plans));
  }
  for (const Plan& plan : plans) {
    if (stop()) return;
    const PlanRun run = runner_.run(plan, false);
    check_known(plan, run);
    PlanCount& of_size = counted[{fault_count(plan), plan.size() - fault_count(plan)}];
    ++of_size.plans;
    of_size.digest += digest_of(plan, run.outcome);
  }
  if (certificate_.at("whole_up_to").get<std::size_t>() < std::min<std::size_t>(limit("together"), 1)) return;
  for (const auto& [size, count] : counted) compare_counts(size, count);
}

void CertificateCheck::check_samples(std::size_t samples, std::uint64_t seed, const std::function<bool()>& stop) {
  RandomChoices random(seed);
  const auto pick = [&random](std::size_t count) -> std::size_t {
    constexpr ChoicePoint any{};
    return random.choose(any, static_cast<std::uint32_t>(count));
  };
  for (std::size_t i = 0; i < samples && !stop(); ++i) {
    Plan plan;
    std::size_t from = 0;
    while (plan.size() < limit("together")) {
      const PlanRun run = runner_.run(plan, true);
      if (!run.all_fired) break;
      check_known(plan, run);
      if (from >= run.places.size()) break;
      from += pick(run.places.size() - from);
      const std::vector<WeightedDeparture> next = departures_at(run.places[from++], false);
      if (next.empty()) continue;
      plan.push_back(next[pick(next.size())].departure);
      const std::size_t faults = fault_count(plan);
      if (faults > limit("faults") || plan.size() - faults > limit("reorderings")) plan.pop_back();
    }
    const PlanRun run = runner_.run(plan, false);
    if (run.all_fired) check_known(plan, run);
  }
}

void CertificateCheck::check_findings() {
  for (const Json& finding : certificate_.at("findings")) {
    const ViolationKey key = key_of(finding);
    const std::optional<Plan> plan = plan_from(finding.at("plan"));
    if (!plan) {
      differs(fmt::format("the plan that violates {} cannot be read", key.invariant));
      continue;
    }
    const PlanRun run = runner_.run(*plan, false);
    const bool recurs =
        std::ranges::any_of(run.violations, [&key](const PlanRun::Found& found) { return found.key == key; });
    if (!recurs) differs(fmt::format("{}: does not violate {} for {}", text_of(*plan), key.invariant, key.subject));
  }
}

/// Each pass of one fault, from the first on until it does not happen any more.
void add_passes(PlanRunner& runner, FaultSpec fault, std::vector<Plan>& plans) {
  for (int nth = 1;; ++nth) {
    if (fault.moment) {
      std::get<AtOperation>(*fault.moment).nth = nth;
    } else {
      fault.nth = nth;
    }
    Departure departure;
    departure.what = fault;
    Plan plan{departure};
    const PlanRun run = runner.run(plan, false);
    if (run.all_fired) plans.push_back(std::move(plan));
    // A fault of the scenario's own may be in the way of this pass, and not of a later one.
    constexpr int further_passes = 3;
    if (!run.all_fired && nth > further_passes) return;
  }
}

}  // namespace

std::vector<Plan> single_departures(const Scenario& scenario, bool has_faults, bool has_reorderings) {
  PlanRunner runner(scenario);
  std::vector<Plan> plans;
  using Kind = Place::Kind;
  for (int operation = 0; has_faults && operation < operation_count; ++operation) {
    for (const Kind kind : {Kind::met, Kind::before, Kind::during, Kind::after}) {
      for (const WeightedDeparture& first : departures_at({kind, static_cast<Operation>(operation), 1}, false)) {
        add_passes(runner, *first.departure.fault(), plans);
      }
    }
  }
  if (!has_reorderings) return plans;
  for (const Place& place : runner.run({}, true).places) {
    if (place.kind != Kind::choice) continue;
    for (const WeightedDeparture& next : departures_at(place, false)) plans.push_back({next.departure});
  }
  return plans;
}

Json certificate_of(const Proof& proof) {
  const std::string text = write_scenario(proof.scenario);
  Json outcomes = Json::array();
  std::uint64_t all = 0;
  for (const std::uint64_t outcome : proof.tally.outcomes) {
    outcomes.push_back(hex(outcome));
    all = mix_bits(all ^ outcome);
  }
  return {{"snapsim_version", SNAPSIM_VERSION},
          {"scenario", text},
          {"scenario_hash", hash_of(text)},
          {"policy", proof.scenario.policy == Policy::hardened ? "hardened" : "nova"},
          {"limits",
           {{"faults", proof.limits.faults},
            {"reorderings", proof.limits.reorderings},
            {"together", proof.limits.together},
            {"every_moment", !proof.limits.by_moment}}},
          {"whole", proof.tally.is_whole},
          {"whole_up_to", proof.tally.whole_up_to},
          {"points", proof.tally.points.size()},
          {"places", proof.tally.places.size()},
          {"counts", counts_json(proof.tally)},
          {"outcomes_digest", hex(all)},
          {"outcomes", std::move(outcomes)},
          {"findings", findings_json(proof)}};
}

std::vector<std::string> check_certificate(const Json& certificate, std::size_t samples, std::uint64_t seed,
                                           const std::function<bool()>& stop) {
  const auto text = certificate.at("scenario").get<std::string>();
  std::vector<std::string> differences;
  if (certificate.at("snapsim_version") != SNAPSIM_VERSION) differences.emplace_back("it is of another version");
  if (certificate.at("scenario_hash") != hash_of(text)) differences.emplace_back("the scenario's hash is another one");
  const ScenarioOrProblems scenario = read_scenario(text, "certificate");
  if (!scenario) differences.emplace_back("its scenario cannot be read");
  if (!differences.empty()) return differences;
  CertificateCheck check(certificate, *scenario);
  check.check_small_plans(stop);
  check.check_samples(samples, seed, stop);
  check.check_findings();
  differences = check.take_differences();
  if (stop()) differences.emplace_back("the check was ended early");
  return differences;
}

}  // namespace snapsim
