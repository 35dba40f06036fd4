#include "tests/compiler/forbidden/form.hpp"

namespace snapsim::probe {

extern const int expected_result = 2;

// GCC PR106188: the coroutine declares no local variable.
Step<int> forbidden_form() {
  switch (co_await read(Counted(1))) {
    case 1:
      co_return 2;
    default:
      co_return 3;
  }
}

}  // namespace snapsim::probe
