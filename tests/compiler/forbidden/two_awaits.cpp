#include "tests/compiler/forbidden/form.hpp"

namespace snapsim::probe {

extern const int expected_result = 3;

int add(const Counted& first, const Counted& second) {
  return first.value() + second.value();
}

Step<int> forbidden_form() {
  const int value = add(co_await make(1), co_await make(2));
  co_return value;
}

}  // namespace snapsim::probe
