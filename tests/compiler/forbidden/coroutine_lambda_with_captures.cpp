#include "tests/compiler/forbidden/form.hpp"

namespace snapsim::probe {

extern const int expected_result = 1;

Step<int> begin() {
  const Counted captured(1);
  return [captured]() -> Step<int> { co_return captured.value(); }();
}

// The language, not the compiler: the closure dies before the body runs.
Step<int> forbidden_form() {
  Step<int> step = begin();
  const int value = co_await std::move(step);
  co_return value;
}

}  // namespace snapsim::probe
