#include "sim/world/outage.hpp"

namespace snapsim {

void Outage::begin() {
  is_up_ = false;
  while (WaitList::Node* const first = waiting_.first()) {
    waiting_.wake_first(*static_cast<Node*>(first)->runtime);
  }
}

}  // namespace snapsim
