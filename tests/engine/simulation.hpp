#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/choice/uneventful.hpp"
#include "sim/engine/engine.hpp"
#include "sim/engine/process.hpp"

namespace snapsim::testing {

/// An engine with one process, and first come, first served: what tests of the kernel run in.
struct Simulation {
  UneventfulChoices choices;
  Engine engine{choices};
  Process& process = engine.add_process("process");

  /// Runs until nothing at all is left.
  void run() {
    while (engine.step()) {
    }
  }
  std::int64_t now_us() const { return engine.now().time_since_epoch().count(); }
};

/// What happened, in order: a run's whole observable behaviour.
using Events = std::vector<std::string>;

/// A thread that sleeps, and then is an event of that name.
inline Task<void> note_after(Runtime& runtime, Duration duration, std::string name, Events* events) {
  co_await runtime.sleep(duration);
  events->push_back(name);
}

/// Counts how many of its kind are alive. Copies and moves count as well, so a double destruction shows as a negative
/// number and a lost one as a positive number.
class Counted {
 public:
  explicit Counted(int& alive) : alive_(&alive) { ++*alive_; }
  Counted(const Counted& other) : alive_(other.alive_) { ++*alive_; }
  Counted& operator=(const Counted&) = delete;
  ~Counted() { --*alive_; }

 private:
  int* alive_;
};

}  // namespace snapsim::testing
