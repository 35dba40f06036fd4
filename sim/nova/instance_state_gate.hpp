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

/// nova/compute/api.py: the arguments of one decorator check_instance_state, for an operation that is not allowed in
/// every state.
struct StateGate {
  VmStates vm_state;
  TaskStates task_state = TaskState::none;
};

/// nova/compute/api.py, check_instance_state: vm_state, then task_state, then launched_at, on the copy that the request
/// has loaded. The copy may be stale; the compare-and-swap is the real guard. Throws InstanceInvalidState.
void check_instance_state(const Instance& instance, const StateGate& gate);
/// The same for an operation that is allowed in every vm_state and task_state: only launched_at is looked at.
void check_instance_has_launched(const Instance& instance);

/// nova/compute/task_states.py: ALLOW_REBOOT, soft_reboot_states and hard_reboot_states.
inline constexpr TaskStates allow_reboot{TaskState::none,           TaskState::rebooting, TaskState::reboot_pending,
                                         TaskState::reboot_started, TaskState::resuming,  TaskState::rebooting_hard,
                                         TaskState::unpausing,      TaskState::pausing,   TaskState::suspending};
inline constexpr TaskStates soft_reboot_states{TaskState::rebooting, TaskState::reboot_pending,
                                               TaskState::reboot_started};
inline constexpr TaskStates hard_reboot_states{TaskState::rebooting_hard, TaskState::reboot_pending_hard,
                                               TaskState::reboot_started_hard};

/// nova/compute/api.py: how each operation is decorated. A deletion is allowed in every state.
namespace gates {
inline constexpr StateGate snapshot{{VmState::active, VmState::stopped, VmState::paused, VmState::suspended}};
inline constexpr StateGate backup = snapshot;
inline constexpr StateGate shelve = snapshot;
inline constexpr StateGate unshelve{{VmState::shelved, VmState::shelved_offloaded}};
inline constexpr StateGate soft_reboot{{VmState::active}};
inline constexpr StateGate hard_reboot{
    {VmState::active, VmState::stopped, VmState::paused, VmState::suspended, VmState::error}, allow_reboot};
inline constexpr StateGate stop{{VmState::active, VmState::error}};
inline constexpr StateGate start{{VmState::stopped}};
inline constexpr StateGate pause{{VmState::active}};
inline constexpr StateGate unpause{{VmState::paused}};
inline constexpr StateGate suspend{{VmState::active}};
inline constexpr StateGate resume{{VmState::suspended}};
inline constexpr StateGate rebuild{{VmState::active, VmState::stopped, VmState::error}};
inline constexpr StateGate rescue{{VmState::active, VmState::stopped, VmState::error}};
inline constexpr StateGate unrescue{{VmState::rescued}};
}  // namespace gates

}  // namespace snapsim
