#include "sim/world/outage.hpp"

namespace snapsim {

void Outage::begin() {
  is_up_ = false;
  wake_all(waiting_);
}

void Outage::end() {
  is_up_ = true;
  wake_all(waiting_for_end_);
}

void Outage::wake_all(WaitList& list) {
  while (WaitList::Node* const first = list.first()) list.wake_first(*static_cast<Node*>(first)->runtime);
}

}  // namespace snapsim
