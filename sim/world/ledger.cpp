#include "sim/world/ledger.hpp"

#include <algorithm>
#include <utility>

namespace snapsim {

struct Ledger::HolderAwaiter {
  Ledger& ledger;
  Runtime& runtime;
  Holder holder;

  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> frame) {
    holder.runtime = &runtime;
    holder.waiter.suspend(frame);
    ledger.holders_.join(holder);
  }
  void await_resume() const noexcept {}
};

void Ledger::work_begun(RequestId request, Worker worker) {
  if (!request.exists()) return;
  ++entries_[request.value].open_work;
  if (worker.index >= in_hand_.size()) in_hand_.resize(worker.index + 1);
  in_hand_[worker.index].push_back(request);
}

void Ledger::work_ended(RequestId request, Worker worker) {
  if (!request.exists()) return;
  std::vector<RequestId>& mine = in_hand_[worker.index];
  const auto found = std::find(mine.begin(), mine.end(), request);
  SNAPSIM_ASSERT(found != mine.end(), "work that ends has begun");
  *found = mine.back();
  mine.pop_back();
  one_less(request);
}

void Ledger::work_moves(RequestId request, Worker from, Worker to) {
  work_begun(request, to);
  work_ended(request, from);
}

void Ledger::worker_died(Worker worker) {
  if (worker.index >= in_hand_.size()) return;
  for (const RequestId request : std::exchange(in_hand_[worker.index], {})) one_less(request);
}

void Ledger::power_asked_for(InstanceUuid instance) {
  if (instance.value >= power_asked_for_.size()) power_asked_for_.resize(instance.value + 1);
  power_asked_for_[instance.value] = true;
}

void Ledger::one_less(RequestId request) {
  if (--entries_[request.value].open_work > 0) return;
  while (WaitList::Node* const first = holders_.first()) {
    holders_.wake_first(*static_cast<Holder*>(first)->runtime);
  }
}

Task<void> Ledger::wait_for_end(Runtime& runtime, RequestId request) {
  while (entries_[request.value].open_work > 0) {
    HolderAwaiter awaiter{*this, runtime, {}};
    co_await awaiter;
  }
}

}  // namespace snapsim
