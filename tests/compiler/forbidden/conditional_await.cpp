#include "tests/compiler/forbidden/form.hpp"

namespace snapsim::probe {

extern const int expected_result = 1;

Step<int> forbidden_form() {
  const bool condition = ledger.made == 0;
  const Counted chosen = condition ? co_await make(1) : Counted(2);
  co_return chosen.value();
}

}  // namespace snapsim::probe
