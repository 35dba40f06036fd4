#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/check/trace.hpp"
#include "sim/check/view.hpp"

namespace snapsim {

/// A finding: an invariant that does not hold, for whom, since when, and what was seen where what was expected.
struct Violation {
  std::string_view invariant;
  enum class Subject : std::uint8_t { run, instance, image, request } subject_kind{};
  std::uint32_t subject = 0;
  std::int64_t virtual_us = 0;
  std::string message;
};
using Violations = std::vector<Violation>;

/// When an invariant is looked at.
enum class When : std::uint8_t {
  always,   ///< at every step
  at_rest,  ///< nothing running, no message, no timer
};

class AlwaysState;

/// A statement about the modelled system that should be true. A violated one is a finding about that system, not a
/// defect of snapsim.
struct Invariant {
  std::string_view name;
  When when{};
  std::string_view sentence;
  /// At rest: looks at the whole world.
  void (*check)(const WorldView& world, Violations& found) = nullptr;
  /// Always: looks at one record, knowing what came before.
  void (*observe)(const TraceRecord& record, const AlwaysState& before, Violations& found) = nullptr;
};

/// All invariants, in the order in which they are reported.
std::span<const Invariant> invariants();

/// What the "always" invariants know of the steps so far.
class AlwaysState {
 public:
  struct OfInstance {
    std::uint8_t tasks = 0;  ///< that work on it now: from their beginning until they clear task_state, or end
    std::uint32_t worker = TraceRecord::none;  ///< the request whose task began last
    RpcMethod method{};                        ///< of that task
    bool has_let_go = false;                   ///< that task has cleared task_state
    bool was_deleting = false;
    bool leaves_shelf = false;  ///< its unshelve or its deletion has been asked for
    VmState vm_state = VmState::active;
    std::uint32_t host = 0;  ///< where its last task ran
  };
  struct OfRequest {
    Action action = Action::create_image;
    std::uint32_t instance = TraceRecord::none;
    bool has_begun = false;    ///< a task of it has begun, and its event not yet
    std::uint8_t effects = 0;  ///< tasks whose event began: from then on they change the instance
  };

  struct OfImage {
    std::uint32_t request = TraceRecord::none;  ///< which made it
  };

  /// What is known of one that was never mentioned is the default.
  const OfInstance& instance(std::uint32_t index) const { return look_up(instances_, index); }
  const OfRequest& request(std::uint32_t index) const { return look_up(requests_, index); }
  const OfImage& image(std::uint32_t index) const { return look_up(images_, index); }
  void update(const TraceRecord& record);

 private:
  void note_request(const TraceRecord& sent);
  template <class T>
  static const T& look_up(const std::vector<T>& all, std::uint32_t index) {
    static constexpr T unknown{};
    return index < all.size() ? all[index] : unknown;
  }
  template <class T>
  static T& at(std::vector<T>& all, std::uint32_t index) {
    if (index >= all.size()) all.resize(index + 1);
    return all[index];
  }

  std::vector<OfInstance> instances_;
  std::vector<OfRequest> requests_;
  std::vector<OfImage> images_;
};

/// Watches a run: sees every record as it is written, and the world once it is at rest.
class Checker {
 public:
  /// With `always` false only the invariants at rest are checked.
  explicit Checker(bool always = true) : always_(always) {}

  void observe(const TraceRecord& record);
  /// Checks what must hold at rest.
  void check_at_rest(const WorldView& world);
  const Violations& violations() const { return violations_; }

 private:
  bool always_;
  AlwaysState state_;
  Violations violations_;
};

}  // namespace snapsim
