#include "lease.hpp"

#include <array>
#include <chrono>
#include <deque>
#include <string_view>
#include <utility>

#include "sim/engine/engine.hpp"
#include "sim/engine/process.hpp"
#include "sim/runtime/mailbox.hpp"

namespace lease {
namespace {

using namespace std::chrono_literals;
using snapsim::Duration;
using snapsim::Instant;
using snapsim::Mailbox;
using snapsim::Process;
using snapsim::Task;

constexpr Duration lease_time = 10s;
/// A holder stops so much earlier than it has to. It makes up for late messages, but not for the latest.
constexpr Duration margin = 100ms;
constexpr Duration pause_after_refusal = 100ms;
constexpr Duration run_time = 15s;
constexpr std::uint64_t steps_max = 1'000'000;

constexpr snapsim::ChoicePoint message_delay{0, "network.message.delay", "How long a message is under way."};
/// Alternative 0 is the usual one.
constexpr std::array<Duration, 4> delays{1ms, 5ms, 25ms, 400ms};

Task<void> carry(Process& sender, Duration delay, Mailbox<int>& receiver, int message) {
  co_await sender.sleep(delay);
  receiver.put(message);
}

class Cluster {
 public:
  Cluster(CountFrom count_from, snapsim::ChoiceSource& choices)
      : choices_(choices), engine_(choices), server_(engine_, "server"), count_from_(count_from) {
    for (const std::string_view name : {"holder-1", "holder-2", "holder-3"}) holders_.emplace_back(engine_, name);
  }
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;
  /// What still waits for a message lets go of its mailbox before that is gone.
  ~Cluster() { engine_.kill_all(); }

  Outcome run() {
    server_.process.spawn("serve", serve());
    for (int i = 0; i < static_cast<int>(holders_.size()); ++i) holders_[index(i)].process.spawn("hold", hold(i));
    engine_.run_until_rest(steps_max);
    return std::move(outcome_);
  }

 private:
  /// A process and what is sent to it: to the server who asks, to a holder 1 for yes and 0 for no.
  struct Member {
    Member(snapsim::Engine& engine, std::string_view name) : process(engine.add_process(name)), inbox(process) {}
    Process& process;
    Mailbox<int> inbox;
  };

  static std::size_t index(int holder) { return static_cast<std::size_t>(holder); }

  void send(Member& from, Member& to, int message) {
    const std::uint32_t pick = choices_.choose(message_delay, static_cast<std::uint32_t>(delays.size()));
    from.process.spawn("message", carry(from.process, delays[pick], to.inbox, message));
  }

  Task<void> serve() {
    Instant free_from{};
    for (;;) {
      const int holder = co_await server_.inbox.receive();
      const bool is_free = engine_.now() >= free_from;
      if (is_free) free_from = engine_.now() + lease_time;
      send(server_, holders_[index(holder)], is_free ? 1 : 0);
    }
  }

  Task<void> hold(int holder) {
    Member& self = holders_[index(holder)];
    while (engine_.now() < Instant(run_time)) {
      const Instant asked = engine_.now();
      send(self, server_, holder);
      const int granted = co_await self.inbox.receive();
      const Instant from = count_from_ == CountFrom::request_sent ? asked : engine_.now();
      const Duration left = granted == 1 ? from + lease_time - margin - engine_.now() : Duration::zero();
      if (left > Duration::zero()) {
        begin(self);
        co_await self.process.sleep(left);
        end(self);
      }
      co_await self.process.sleep(pause_after_refusal);
    }
  }

  void begin(const Member& holder) {
    note(holder, "begins");
    if (++holding_ > 1) outcome_.held_by_two = true;
  }
  void end(const Member& holder) {
    note(holder, "ends");
    --holding_;
  }
  void note(const Member& holder, std::string_view what) {
    outcome_.history.push_back(std::to_string(engine_.now().time_since_epoch().count()) +
                               " us: " + std::string(holder.process.name()) + " " + std::string(what));
  }

  snapsim::ChoiceSource& choices_;
  snapsim::Engine engine_;
  Member server_;
  std::deque<Member> holders_;
  CountFrom count_from_;
  int holding_ = 0;
  Outcome outcome_;
};

}  // namespace

Outcome run(CountFrom count_from, snapsim::ChoiceSource& choices) {
  return Cluster(count_from, choices).run();
}

}  // namespace lease
