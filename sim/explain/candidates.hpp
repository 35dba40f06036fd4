#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sim/explain/final_state.hpp"
#include "sim/explain/signature.hpp"
#include "sim/explore/mishaps.hpp"

namespace snapsim {

/// What the logs show of the circumstances: what a simulated run must have in common with them.
struct Circumstances {
  bool is_live = true;
  bool is_backup = false;
  VmState vm_state = VmState::active;
  bool has_agent = false;  ///< hw_qemu_guest_agent
  bool requires_quiesce = false;
  bool syncs_power_states = false;  ///< the periodic power sync took part

  auto operator<=>(const Circumstances&) const = default;
};

/// One thing that may have gone wrong, or several, and what the simulated run of it looks like.
struct Candidate {
  std::vector<Mishap> mishaps;  ///< empty: nothing went wrong
  double prior = 0;             ///< how far-fetched it is; 0: not at all
  Signature signature;
  std::uint64_t fingerprint = 0;  ///< of the signature
  FinalState state;
};

/// Kinds of mishaps. Only those of which the logs hold some sign are simulated.
enum class Family : std::uint8_t {
  outcomes,  ///< each fault point at each pass of its operation
  messages,  ///< copies of the cast, and late ones, at moments all over the snapshot
  crash_of_compute,
  crash_of_api,
  crash_of_glance,
  crash_of_queue,
  guest_events,
  delete_,
  delete_image,
  stop,
  reset_state,
  reboot,
  pause,
  create_image,
};
inline constexpr int family_count = static_cast<int>(Family::create_image) + 1;

/// The scenario of one snapshot under these circumstances, in which nothing goes wrong.
Scenario scenario_of(const Circumstances& circumstances);

/// Runs the scenario and reduces what its services log to what a story is compared by.
Candidate simulate_candidate(const Scenario& scenario, std::vector<Mishap> mishaps);

/// Simulated runs, made when they are asked for and kept: stories of one kind share them.
class CandidateStore {
 public:
  /// The run in which nothing goes wrong.
  const Candidate& uneventful(const Circumstances& circumstances);
  /// Every single mishap of that family, each at each place of the uneventful run. Where runs cannot be told apart and
  /// have the same cause and end, one stands for all of them.
  const std::vector<Candidate>& singles(const Circumstances& circumstances, Family family);
  /// The candidate's mishaps and one more of that family, at each place that its run comes to.
  const std::vector<Candidate>& with_one_more(const Circumstances& circumstances, const Candidate& candidate,
                                              Family family);

 private:
  std::map<Circumstances, Candidate> uneventful_;
  std::map<std::pair<Circumstances, Family>, std::vector<Candidate>> singles_;
  std::map<std::pair<Circumstances, std::string>, std::vector<Candidate>> more_;
};

/// The mishap as scenario files name it: "glance.upload.error", or the request: "delete".
std::string name_of(const Mishap& mishap);
/// The same and when: "glance.upload.error at glance.upload 1", "delete before disk.extract 1".
std::string words_for(const Mishap& mishap);

}  // namespace snapsim
