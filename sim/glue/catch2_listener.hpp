#pragma once

// Include this in one source file of a test program, before Catch2 itself: after each check of a run that failed, the
// run's story is told on standard error, and how to do the run again. It works with every reporter.

#if __has_include(<catch2/reporters/catch_reporter_event_listener.hpp>)
#include <catch2/catch_assertion_result.hpp>
#include <catch2/reporters/catch_reporter_event_listener.hpp>
#include <catch2/reporters/catch_reporter_registrars.hpp>
#else
#if defined(TWOBLUECUBES_SINGLE_INCLUDE_CATCH_HPP_INCLUDED) && !defined(CATCH_CONFIG_EXTERNAL_INTERFACES)
#error "include sim/glue/catch2_listener.hpp before <catch2/catch.hpp>"
#endif
#define CATCH_CONFIG_EXTERNAL_INTERFACES
#include <catch2/catch.hpp>
#endif

#include <iostream>

#include "sim/glue/catch2.hpp"
#include "sim/report/story.hpp"

namespace snapsim::glue {

#if __has_include(<catch2/reporters/catch_reporter_event_listener.hpp>)
using Listener = Catch::EventListenerBase;
using ListenerAnswer = void;
#else
using Listener = Catch::TestEventListenerBase;
using ListenerAnswer = bool;
#endif

/// Tells the stories of the runs that failed a check.
class StoryListener final : public Listener {
 public:
  using Listener::Listener;

  ListenerAnswer assertionEnded(const Catch::AssertionStats& stats) override {
    if (!stats.assertionResult.isOk()) {
      // A run that the check is about is shown here at the latest.
      static_cast<void>(stats.assertionResult.getExpandedExpression());
      if (shown_run()) tell(*shown_run());
    }
    shown_run().reset();
    return ListenerAnswer(true);
  }

 private:
  static void tell(const FinishedRun& run) {
    std::cerr << '\n';
    write_story(run.record(), {}, std::cerr);
    if (judge(run.scenario, run.output.result).verdict == Verdict::consistent) {
      std::cerr << "\nthe same run again:\n" << replay_command(run.record()) << '\n';
    }
    std::cerr.flush();
  }
};

CATCH_REGISTER_LISTENER(StoryListener)

}  // namespace snapsim::glue
