#include "tests/compiler/forbidden/form.hpp"

namespace snapsim::probe {

extern const int expected_result = 3;

Step<int> forbidden_form() {
  const Pair pair{co_await make(1), co_await make(2)};
  co_return pair.first.value() + pair.second.value();
}

}  // namespace snapsim::probe
