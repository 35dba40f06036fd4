#include "tests/compiler/forbidden/form.hpp"

namespace snapsim::probe {

extern const int expected_result = 1;

// GCC PR106188: the coroutine declares no local variable.
Step<int> forbidden_form() {
  if (co_await is_positive(1)) co_return 1;
  co_return 0;
}

}  // namespace snapsim::probe
