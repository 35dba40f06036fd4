#include "tests/compiler/forbidden/form.hpp"

namespace snapsim::probe {

extern const int expected_result = 3;

Step<int> forbidden_form() {
  const int value = co_await sum({Counted(1), Counted(2)});
  co_return value;
}

}  // namespace snapsim::probe
