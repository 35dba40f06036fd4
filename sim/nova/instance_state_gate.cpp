#include "sim/nova/instance_state_gate.hpp"

#include "sim/nova/exceptions.hpp"

namespace snapsim {

void check_instance_state(const Instance& instance, const StateGate& gate) {
  if (!gate.vm_state.contains(instance.vm_state)) {
    throw InstanceInvalidState(InvalidStateAttribute::vm_state, static_cast<std::uint8_t>(instance.vm_state));
  }
  if (!gate.task_state.contains(instance.task_state)) {
    throw InstanceInvalidState(InvalidStateAttribute::task_state, static_cast<std::uint8_t>(instance.task_state));
  }
  check_instance_has_launched(instance);
}

void check_instance_has_launched(const Instance& instance) {
  if (!instance.launched) throw InstanceInvalidState(InvalidStateAttribute::launched_at, 0);
}

}  // namespace snapsim
