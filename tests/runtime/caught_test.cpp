#include "sim/runtime/caught.hpp"

#include <stdexcept>
#include <string>
#include <utility>

#include <catch2/catch.hpp>

#include "sim/runtime/timeout.hpp"
#include "tests/engine/simulation.hpp"

namespace snapsim {
namespace {

using namespace std::chrono_literals;
using testing::Counted;
using testing::Simulation;

/// An error with a second base, so that what is caught is not where the exception object begins.
struct Labelled {
  virtual ~Labelled() = default;
  std::string label = "a label";
};
struct UploadError : Labelled, std::runtime_error {
  using std::runtime_error::runtime_error;
};
struct QuotaError final : UploadError {
  QuotaError() : UploadError("over quota") {}
};

enum class Ending { value, upload_error, quota_error, foreign };

Task<void> end_with(Ending ending) {
  if (ending == Ending::upload_error) throw UploadError("upload failed");
  if (ending == Ending::quota_error) throw QuotaError();
  if (ending == Ending::foreign) throw std::logic_error("no upload at all");
  co_return;
}

Task<std::string> describe(Ending ending) {
  const Caught<std::runtime_error> failure = co_await catching<std::runtime_error>(end_with(ending));
  if (!failure) co_return "nothing";
  const auto* const upload = failure.as<UploadError>();
  co_return std::string(failure->what()) + (failure.is<QuotaError>() ? ", a quota, " : ", ") + upload->label;
}

template <class T>
T run_to_its_end(Task<T> task) {
  Executor executor;
  executor.run(task.start(executor));
  REQUIRE(task.done());
  return task.take_result();
}

TEST_CASE("catching gives what a task threw, as the class asked for and as any below it", "[runtime]") {
  CHECK(run_to_its_end(describe(Ending::value)) == "nothing");
  CHECK(run_to_its_end(describe(Ending::upload_error)) == "upload failed, a label");
  CHECK(run_to_its_end(describe(Ending::quota_error)) == "over quota, a quota, a label");
}

TEST_CASE("catching lets pass what is of another class", "[runtime]") {
  CHECK_THROWS_AS(run_to_its_end(describe(Ending::foreign)), std::logic_error);
}

Task<void> raise_after_wait(Runtime& runtime, Ending ending, bool* went_on) {
  const Caught<UploadError> failure = co_await catching<UploadError>(end_with(ending));
  co_await runtime.sleep(1ms);
  if (failure) co_await raised(failure);
  *went_on = true;
}

Task<void> keep_message(Task<void> work, std::string* message) {
  try {
    co_await std::move(work);
    *message = "none";
  } catch (const UploadError& error) {
    *message = error.what();
  }
}

TEST_CASE("what is raised after a wait ends the task and is thrown where that is awaited", "[runtime]") {
  for (const auto& [ending, expected] :
       {std::pair(Ending::value, "none"), std::pair(Ending::quota_error, "over quota")}) {
    Simulation simulation;
    bool went_on = false;
    std::string message;
    simulation.process.spawn("test", keep_message(raise_after_wait(simulation.process, ending, &went_on), &message));
    simulation.run();
    CHECK(message == expected);
    CHECK(went_on == (ending == Ending::value));
  }
}

Task<void> raise_holding(Counted held, int levels) {
  const Counted local = held;
  Task<void> below = levels == 0 ? end_with(Ending::upload_error) : raise_holding(held, levels - 1);
  const Caught<UploadError> failure = co_await catching<UploadError>(std::move(below));
  co_await raised(failure);
  static_cast<void>(local);
}

Task<std::string> catch_from_below(int* alive) {
  const Caught<UploadError> failure = co_await catching<UploadError>(raise_holding(Counted(*alive), 3));
  co_return failure->what();
}

TEST_CASE("a failure that is raised from level to level destroys what each of them held, once", "[runtime]") {
  int alive = 0;
  CHECK(run_to_its_end(catch_from_below(&alive)) == "upload failed");
  CHECK(alive == 0);
}

TEST_CASE("a failure that is raised in the outermost task is thrown by take_result", "[runtime]") {
  int alive = 0;
  CHECK_THROWS_AS(run_to_its_end(raise_holding(Counted(alive), 1)), UploadError);
  CHECK(alive == 0);
}

Task<void> raise_in_time(Runtime& runtime, bool* went_on, std::string* message) {
  try {
    Task<void> work = raise_after_wait(runtime, Ending::upload_error, went_on);
    const bool in_time = co_await with_timeout(runtime, 1s, std::move(work));
    *message = in_time ? "ended" : "too late";
  } catch (const UploadError& error) {
    *message = error.what();
  }
}

TEST_CASE("a task that has raised a failure has ended in time", "[runtime]") {
  Simulation simulation;
  bool went_on = false;
  std::string message;
  simulation.process.spawn("test", raise_in_time(simulation.process, &went_on, &message));
  simulation.run();
  CHECK(message == "upload failed");
  CHECK(simulation.engine.now().time_since_epoch() < 1s);
}

}  // namespace
}  // namespace snapsim
