#include "tests/compiler/forbidden/form.hpp"

namespace snapsim::probe {

extern const int expected_result = 3;

int rounds = 0;

// GCC PR106188: the coroutine declares no local variable.
Step<int> forbidden_form() {
  while (co_await is_positive(3 - rounds)) ++rounds;
  co_return rounds;
}

}  // namespace snapsim::probe
