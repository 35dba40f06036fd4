#include "tests/compiler/forbidden/form.hpp"

namespace snapsim::probe {

extern const int expected_result = 1;

Step<int> forbidden_form() {
  const bool condition = ledger.made == 0;
  const int value = co_await (condition ? read(Counted(1)) : read(Counted(2)));
  co_return value;
}

}  // namespace snapsim::probe
