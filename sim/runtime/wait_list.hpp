#pragma once

#include "sim/runtime/runtime.hpp"

namespace snapsim {

/// Frames that wait for something, first come first served. A waiting frame that is destroyed leaves the list.
class WaitList {
 public:
  class Node {
   public:
    Node() = default;
    Node(const Node&) = delete;
    Node& operator=(const Node&) = delete;
    ~Node() { leave(); }

    Waiter waiter;
    /// True once wake_first has chosen this one, before it runs.
    bool was_woken() const { return woken_; }
    /// Leaves the list, if it is in one.
    void leave();

   private:
    friend class WaitList;
    WaitList* list_ = nullptr;
    Node* previous_ = nullptr;
    Node* next_ = nullptr;
    bool woken_ = false;
  };

  WaitList() = default;
  WaitList(const WaitList&) = delete;
  WaitList& operator=(const WaitList&) = delete;
  ~WaitList();

  bool empty() const { return first_ == nullptr; }
  /// The one that has waited longest, or nullptr.
  Node* first() const { return first_; }
  void join(Node& node);
  /// Wakes the one that has waited longest, through `runtime`. Nobody there: false.
  bool wake_first(Runtime& runtime);

 private:
  Node* first_ = nullptr;
  Node* last_ = nullptr;
};

}  // namespace snapsim
