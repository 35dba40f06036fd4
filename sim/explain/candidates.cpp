#include "sim/explain/candidates.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <sstream>
#include <tuple>
#include <utility>

#include "sim/report/finished_run.hpp"
#include "sim/report/names.hpp"
#include "sim/report/oslo_log.hpp"
#include "sim/world/fault_point.hpp"
#include "sim/world/run.hpp"

namespace snapsim {
namespace {

/// When the story's own request is sent: others may come a moment before it.
constexpr std::int64_t own_request_us = 1000;

std::optional<Family> family_of(const Mishap& mishap) {
  if (const auto* const request = std::get_if<RequestSpec>(&mishap.what)) {
    switch (request->action) {
      case Action::delete_:
        return Family::delete_;
      case Action::stop:
        return Family::stop;
      case Action::reset_state:
        return Family::reset_state;
      case Action::create_image:
        return Family::create_image;
      case Action::reboot:
        return Family::reboot;
      case Action::delete_image:
        return Family::delete_image;
      case Action::pause:
        return Family::pause;
      default:
        return std::nullopt;
    }
  }
  const FaultPoint& point = fault_points()[std::get<FaultSpec>(mishap.what).point];
  if (!point.is_event()) {
    return point.operation == Operation::queue_cast && point.takes_parameter(FaultParameter::delay_ms)
               ? Family::messages
               : Family::outcomes;
  }
  if (point.name == "compute.crash") return Family::crash_of_compute;
  if (point.name == "api.crash") return Family::crash_of_api;
  if (point.name == "glance.crash") return Family::crash_of_glance;
  if (point.name == "queue.crash") return Family::crash_of_queue;
  return Family::guest_events;
}

/// How far-fetched it is that just then something happens: what takes long is hit more often.
double prior_of(const Moment& moment) {
  const auto* const at = std::get_if<AtOperation>(&moment);
  if (at == nullptr) return 0;
  double prior = at->phase == AtOperation::Phase::during ? 0.02 : at->phase == AtOperation::Phase::after ? 0.01 : 0;
  switch (at->operation) {
    case Operation::hypervisor_suspend:
    case Operation::hypervisor_resume:
    case Operation::hypervisor_block_copy:
    case Operation::hypervisor_block_job_abort:
    case Operation::queue_deliver:
      break;
    case Operation::glance_upload:
      break;
    case Operation::disk_extract:
      // The longest step: a moment within it is likelier than one at its ends.
      if (at->phase == AtOperation::Phase::during) return 0;
      prior += 0.01;
      break;
    case Operation::db_save:
      prior += 0.05;
      break;
    case Operation::disk_mkdtemp:
    case Operation::disk_cleanup:
      prior += 0.15;
      break;
    default:
      prior += 0.1;
  }
  return prior;
}

double prior_of(const Outcome outcome) {
  switch (outcome) {
    case Outcome::conflict:
    case Outcome::gone:
    case Outcome::bad_gateway:
    case Outcome::retry_once:
      return 0.2;
    case Outcome::not_found:
    case Outcome::timeout:
    case Outcome::reordered:
    case Outcome::delayed:
      return 0.1;
    case Outcome::duplicated:
    case Outcome::refused:
      return 0.05;
    default:
      return 0;
  }
}

double prior_of(const Mishap& mishap) {
  if (const auto* const request = std::get_if<RequestSpec>(&mishap.what)) {
    return 1.05 + prior_of(request->moment) + (request->hold ? 0.03 : 0);
  }
  const auto& fault = std::get<FaultSpec>(mishap.what);
  double prior = 1 + prior_of(fault_points()[fault.point].outcome);
  if (fault.moment) prior += 0.05 + prior_of(*fault.moment);
  if (fault.nth == FaultSpec::every) prior += 0.08;
  if (fault.nth > 1) prior += 0.02 * (fault.nth - 1);
  if (fault.after_effect) prior += 0.25;
  if (fault.new_id) prior += 0.1;
  if (fault.delay_us) prior += 0.05;
  return prior;
}

/// Faults that stay: each pass of the operation meets them.
std::vector<Mishap> lasting(const std::vector<Mishap>& mishaps) {
  std::vector<Mishap> more;
  std::set<std::uint8_t> known;
  for (const Mishap& mishap : mishaps) {
    const auto* const fault = std::get_if<FaultSpec>(&mishap.what);
    if (fault == nullptr || fault->moment || fault->nth != 1 || fault->after_effect || fault->new_id) continue;
    const auto operation = fault_points()[fault->point].operation;
    if (!operation || *operation == Operation::queue_cast) continue;
    if (!known.insert(fault->point).second) continue;
    FaultSpec every = *fault;
    every.nth = FaultSpec::every;
    more.push_back({every});
  }
  return more;
}

/// After how long a message would come in the middle between two steps of the scenario's run, or long afterwards.
std::vector<std::int64_t> delays_between_steps(const Scenario& scenario) {
  constexpr std::int64_t gap_us = 15'000;
  constexpr std::int64_t end_us = 20'000'000;
  std::vector<std::int64_t> delays{10'000'000, 60'000'000, 300'000'000};
  std::int64_t cast_us = -1;
  std::int64_t before_us = 0;
  for (const TraceRecord& step : run_scenario_as_written(scenario).trace) {
    if (step.virtual_us > end_us) break;
    if (step.kind == TraceKind::message_cast && cast_us < 0) cast_us = before_us = step.virtual_us;
    const bool is_boundary = step.kind == TraceKind::operation_begun || step.kind == TraceKind::operation_ended;
    if (!is_boundary || cast_us < 0) continue;
    if (step.virtual_us > before_us + gap_us) delays.push_back((step.virtual_us + before_us) / 2 - cast_us);
    before_us = step.virtual_us;
  }
  return delays;
}

/// Messages that come at other moments than the few of every_mishap.
std::vector<Mishap> at_other_moments(const Scenario& scenario, const std::vector<Mishap>& mishaps) {
  const std::vector<std::int64_t> delays_us = delays_between_steps(scenario);
  std::vector<Mishap> more;
  for (const Mishap& mishap : mishaps) {
    const auto& fault = std::get<FaultSpec>(mishap.what);
    if (fault.delay_us) continue;
    for (const std::int64_t delay_us : delays_us) {
      FaultSpec later = fault;
      later.delay_us = delay_us;
      more.push_back({later});
    }
  }
  return more;
}

/// Where a crash is looked for: nobody starts the process again, too.
std::vector<Mishap> for_good(const std::vector<Mishap>& mishaps) {
  std::vector<Mishap> more;
  for (const Mishap& mishap : mishaps) {
    const auto* const fault = std::get_if<FaultSpec>(&mishap.what);
    if (fault == nullptr ||
        (fault_points()[fault->point].name != "compute.crash" && fault_points()[fault->point].name != "glance.crash")) {
      continue;
    }
    FaultSpec dead = *fault;
    dead.restart_after_us.reset();
    more.push_back({dead});
  }
  return more;
}

std::string text_of(const FinalState& state) {
  std::string text = state.image_status + state.guest + state.guest_reason + state.vm_state + state.task_state +
                     state.power_state + state.event + std::to_string(state.files.size());
  for (const std::string& one : state.task_states) text += one;
  for (const std::string& one : state.image_statuses) text += one;
  return text;
}

/// That the broker does not answer is what every service logs then; the run's log lines leave it out.
void add_broker_lines(const std::vector<Mishap>& mishaps, Signature& signature) {
  const bool is_down = std::ranges::any_of(mishaps, [](const Mishap& mishap) {
    const auto* const fault = std::get_if<FaultSpec>(&mishap.what);
    return fault != nullptr && fault_points()[fault->point].name == "queue.crash";
  });
  if (!is_down) return;
  for (const Side side : {Side::nova_api, Side::nova_compute}) {
    SignatureToken token;
    token.kind = EventKind::broker_unreachable;
    token.is_foreign = true;
    auto& tokens = signature.sides[static_cast<std::size_t>(side)];
    tokens.insert(tokens.begin(), token);
  }
}

/// What a failed qemu-img says of a full disk stands in its output, which the run's log lines leave out.
void add_output_of_tools(const std::vector<Mishap>& mishaps, Signature& signature) {
  constexpr std::int64_t full = 28;
  const bool is_full = std::ranges::any_of(mishaps, [](const Mishap& mishap) {
    const auto* const fault = std::get_if<FaultSpec>(&mishap.what);
    return fault != nullptr && fault_points()[fault->point].name == "disk.extract.full";
  });
  if (!is_full) return;
  for (SignatureToken& token : signature.sides[static_cast<std::size_t>(Side::nova_compute)]) {
    if (token.kind == EventKind::exception_during_message_handling && token.detail == "ImageUnacceptable") {
      token.number = full;
    }
  }
}

std::vector<Candidate> simulate_all(const Scenario& scenario, const std::vector<Mishap>& before,
                                    const std::vector<Mishap>& mishaps) {
  std::vector<Candidate> all;
  std::set<std::tuple<std::uint64_t, std::string, std::string>> known;
  std::vector<std::pair<double, std::size_t>> order;
  for (std::size_t i = 0; i < mishaps.size(); ++i) order.emplace_back(prior_of(mishaps[i]), i);
  std::ranges::sort(order);
  for (const auto& [prior, i] : order) {
    std::vector<Mishap> together = before;
    together.push_back(mishaps[i]);
    Candidate candidate = simulate_candidate(scenario, std::move(together));
    if (known.emplace(candidate.fingerprint, name_of(mishaps[i]), text_of(candidate.state)).second) {
      all.push_back(std::move(candidate));
    }
  }
  return all;
}

/// The same request, sent just before the story's own: both pass the check of the state before either claims the
/// server.
std::vector<Mishap> a_moment_before(const std::vector<Mishap>& mishaps) {
  if (mishaps.empty() || !std::holds_alternative<RequestSpec>(mishaps.front().what)) return {};
  auto request = std::get<RequestSpec>(mishaps.front().what);
  request.moment = AtTime{0};
  request.hold = false;
  return {{request}};
}

/// Those of the family, at the places of the scenario's own run.
std::vector<Mishap> mishaps_of(const Scenario& scenario, Family family) {
  std::vector<Mishap> mishaps;
  for (Mishap& mishap : every_mishap(scenario)) {
    if (family_of(mishap) == family) mishaps.push_back(std::move(mishap));
  }
  if (const std::vector<Mishap> earlier = a_moment_before(mishaps); !earlier.empty()) {
    mishaps.insert(mishaps.end(), earlier.begin(), earlier.end());
  }
  if (family == Family::outcomes) {
    const std::vector<Mishap> more = lasting(mishaps);
    mishaps.insert(mishaps.end(), more.begin(), more.end());
  }
  if (family == Family::messages) {
    const std::vector<Mishap> more = at_other_moments(scenario, mishaps);
    mishaps.insert(mishaps.end(), more.begin(), more.end());
  }
  if (family == Family::crash_of_compute || family == Family::crash_of_glance) {
    const std::vector<Mishap> more = for_good(mishaps);
    mishaps.insert(mishaps.end(), more.begin(), more.end());
  }
  return mishaps;
}

}  // namespace

Scenario scenario_of(const Circumstances& circumstances) {
  constexpr std::int64_t sync_s = 600;
  Scenario scenario;
  scenario.title = "A snapshot as the logs show it";
  scenario.config.live_snapshot = circumstances.is_live;
  scenario.config.sync_power_state_interval_s = circumstances.syncs_power_states ? sync_s : -1;
  InstanceSpec instance;
  instance.name = "vm-1";
  instance.vm_state = circumstances.vm_state;
  if (circumstances.has_agent) instance.image_properties.emplace_back("hw_qemu_guest_agent", "yes");
  if (circumstances.requires_quiesce) instance.image_properties.emplace_back("os_require_quiesce", "yes");
  scenario.instances.push_back(std::move(instance));
  RequestSpec request;
  request.action = circumstances.is_backup ? Action::create_backup : Action::create_image;
  request.instance = 0;
  request.name = "snap-1";
  request.moment = AtTime{own_request_us};
  scenario.requests.push_back(std::move(request));
  return scenario;
}

Candidate simulate_candidate(const Scenario& scenario, std::vector<Mishap> mishaps) {
  const Scenario hit = with_mishaps(scenario, mishaps);
  const RunOutput output = run_scenario_as_written(hit);
  const RunRecord record{hit, output.result, output.trace};
  LogBook book;
  for (const auto& [file, name] : {std::pair{LogFile::nova_api, "n-api.log"},
                                   {LogFile::nova_compute, "n-cpu.log"},
                                   {LogFile::glance_api, "g-api.log"}}) {
    std::ostringstream text;
    write_oslo_log(record, file, text);
    book.read_text(text.view(), name);
  }
  Candidate candidate;
  for (const Mishap& mishap : mishaps) candidate.prior += prior_of(mishap);
  const std::string request = request_id_text(0, output.result.seed);
  for (const SnapshotStory& story : find_stories(book)) {
    if (story.request == request) candidate.signature = signature_of(book, story);
  }
  add_output_of_tools(mishaps, candidate.signature);
  add_broker_lines(mishaps, candidate.signature);
  candidate.mishaps = std::move(mishaps);
  candidate.fingerprint = candidate.signature.fingerprint();
  candidate.state = final_state_of(record);
  return candidate;
}

const Candidate& CandidateStore::uneventful(const Circumstances& circumstances) {
  const auto found = uneventful_.find(circumstances);
  if (found != uneventful_.end()) return found->second;
  return uneventful_.emplace(circumstances, simulate_candidate(scenario_of(circumstances), {})).first->second;
}

const std::vector<Candidate>& CandidateStore::singles(const Circumstances& circumstances, Family family) {
  const std::pair key(circumstances, family);
  const auto found = singles_.find(key);
  if (found != singles_.end()) return found->second;
  const Scenario scenario = scenario_of(circumstances);
  return singles_.emplace(key, simulate_all(scenario, {}, mishaps_of(scenario, family))).first->second;
}

const std::vector<Candidate>& CandidateStore::with_one_more(const Circumstances& circumstances,
                                                            const Candidate& candidate, Family family) {
  std::string name = std::to_string(static_cast<int>(family));
  for (const Mishap& mishap : candidate.mishaps) name += " " + words_for(mishap);
  const std::pair key(circumstances, name);
  const auto found = more_.find(key);
  if (found != more_.end()) return found->second;
  const Scenario scenario = scenario_of(circumstances);
  const std::vector<Mishap> mishaps = mishaps_of(with_mishaps(scenario, candidate.mishaps), family);
  return more_.emplace(key, simulate_all(scenario, candidate.mishaps, mishaps)).first->second;
}

std::string words_for(const Mishap& mishap) {
  std::string text = name_of(mishap);
  const auto* const fault = std::get_if<FaultSpec>(&mishap.what);
  const auto* const request = std::get_if<RequestSpec>(&mishap.what);
  const Moment* moment = request != nullptr ? &request->moment : fault->moment ? &*fault->moment : nullptr;
  if (moment != nullptr) {
    const auto* const at = std::get_if<AtOperation>(moment);
    if (at == nullptr) return text + " just before it";
    constexpr std::array<const char*, 3> phases{" before ", " during ", " after "};
    text += phases[static_cast<std::size_t>(at->phase)] + std::string(to_string(at->operation)) + " " +
            std::to_string(at->nth);
    if (request != nullptr && request->hold) text += ", which waits for it";
    if (fault != nullptr && fault->moment && !fault->restart_after_us) text += ", for good";
    return text;
  }
  const auto operation = fault_points()[fault->point].operation;
  text += " at " + std::string(fault->nth == FaultSpec::every ? "every " : "");
  text += operation ? std::string(to_string(*operation)) : "";
  if (fault->nth != FaultSpec::every) text += " " + std::to_string(fault->nth);
  if (fault->after_effect) text += ", after its effect";
  if (fault->new_id) text += ", with a new id";
  if (fault->delay_us) text += ", late";
  return text;
}

std::string name_of(const Mishap& mishap) {
  if (const auto* const request = std::get_if<RequestSpec>(&mishap.what)) {
    return std::string(to_string(request->action));
  }
  return fault_points()[std::get<FaultSpec>(mishap.what).point].name;
}

}  // namespace snapsim
