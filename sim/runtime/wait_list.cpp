#include "sim/runtime/wait_list.hpp"

namespace snapsim {

WaitList::~WaitList() {
  while (first_) first_->leave();
}

void WaitList::join(Node& node) {
  node.list_ = this;
  node.previous_ = last_;
  node.next_ = nullptr;
  (last_ ? last_->next_ : first_) = &node;
  last_ = &node;
}

void WaitList::Node::leave() {
  if (!list_) return;
  (previous_ ? previous_->next_ : list_->first_) = next_;
  (next_ ? next_->previous_ : list_->last_) = previous_;
  list_ = nullptr;
}

bool WaitList::wake_first(Runtime& runtime) {
  Node* const node = first_;
  if (!node) return false;
  node->leave();
  node->woken_ = true;
  runtime.cancel(node->waiter);  // its timeout, if it has one
  runtime.wake_after(node->waiter, Duration::zero());
  return true;
}

}  // namespace snapsim
