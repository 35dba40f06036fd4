#pragma once

#include <coroutine>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "sim/runtime/wait_list.hpp"

namespace snapsim {

/// An unbounded queue of messages into one process, read in the order of arrival. It must outlive the frames that wait
/// for it.
template <class Message>
class Mailbox {
 public:
  /// `runtime` is the reader's process.
  explicit Mailbox(Runtime& runtime) : runtime_(runtime) {}

  bool empty() const { return first_ == messages_.size(); }
  /// Puts a message in and wakes a reader. Never waits.
  void put(Message message) {
    messages_.push_back(std::move(message));
    waiting_.wake_first(runtime_);
  }
  void clear() {
    messages_.clear();
    first_ = 0;
  }

  /// Waits for the next message, without end. A reader that does not return keeps no run alive: only timers do.
  Task<Message> receive() {
    while (empty()) co_await arrival(std::nullopt);
    co_return take();
  }
  /// Waits at most `patience`; nothing came: an empty optional.
  Task<std::optional<Message>> receive_for(Duration patience) {
    const Instant deadline = runtime_.now() + patience;
    while (empty()) {
      const Duration left = deadline - runtime_.now();
      if (left <= Duration::zero()) co_return std::optional<Message>();
      co_await arrival(left);
    }
    co_return std::optional<Message>(take());
  }

 private:
  class Arrival {
   public:
    Arrival(Mailbox& mailbox, std::optional<Duration> patience) : mailbox_(mailbox), patience_(patience) {}
    Arrival(const Arrival&) = delete;
    Arrival& operator=(const Arrival&) = delete;
    /// A reader may be destroyed after it was woken and before it could run: the message is for the next one.
    ~Arrival() {
      if (node_.was_woken() && !resumed_) mailbox_.waiting_.wake_first(mailbox_.runtime_);
    }

    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> frame) {
      node_.waiter.suspend(frame);
      mailbox_.waiting_.join(node_);
      if (patience_) mailbox_.runtime_.wake_after(node_.waiter, *patience_);
    }
    void await_resume() noexcept {
      resumed_ = true;
      node_.leave();
    }

   private:
    Mailbox& mailbox_;
    std::optional<Duration> patience_;
    WaitList::Node node_;
    bool resumed_ = false;
  };

  Message take() {
    Message message = std::move(messages_[first_++]);
    const bool is_mostly_read = first_ >= 64 && first_ * 2 >= messages_.size();
    if (empty()) {
      clear();
    } else if (is_mostly_read) {
      messages_.erase(messages_.begin(), messages_.begin() + static_cast<std::ptrdiff_t>(first_));
      first_ = 0;
    }
    return message;
  }
  Arrival arrival(std::optional<Duration> patience) { return Arrival(*this, patience); }

  Runtime& runtime_;
  std::vector<Message> messages_;  // those from first_ on are still to be read
  std::size_t first_ = 0;
  WaitList waiting_;
};

}  // namespace snapsim
