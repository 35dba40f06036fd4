#pragma once

#include <cstdint>
#include <initializer_list>

#include "sim/nova/instance.hpp"

namespace snapsim {

/// A set of vm_states.
class VmStates {
 public:
  constexpr VmStates(std::initializer_list<VmState> states) {
    for (const VmState state : states) bits_ |= 1u << static_cast<unsigned>(state);
  }
  constexpr bool contains(VmState state) const { return (bits_ >> static_cast<unsigned>(state) & 1) != 0; }

 private:
  std::uint32_t bits_ = 0;
};

/// nova/compute/api.py: the arguments of one decorator check_instance_state.
struct StateGate {
  VmStates vm_state;
};

/// nova/compute/api.py, check_instance_state: vm_state, then task_state, then launched_at, on the copy that the request
/// has loaded. The copy may be stale; the compare-and-swap is the real guard. Throws InstanceInvalidState.
void check_instance_state(const Instance& instance, const StateGate& gate);

/// nova/compute/api.py: how each operation is decorated.
namespace gates {
inline constexpr StateGate snapshot{{VmState::active, VmState::stopped, VmState::paused, VmState::suspended}};
inline constexpr StateGate backup = snapshot;
inline constexpr StateGate shelve = snapshot;
inline constexpr StateGate unshelve{{VmState::shelved, VmState::shelved_offloaded}};
inline constexpr StateGate rebuild{{VmState::active, VmState::stopped, VmState::error}};
inline constexpr StateGate rescue{{VmState::active, VmState::stopped, VmState::error}};
inline constexpr StateGate unrescue{{VmState::rescued}};
}  // namespace gates

}  // namespace snapsim
