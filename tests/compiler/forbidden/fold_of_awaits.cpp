#include "tests/compiler/forbidden/form.hpp"

namespace snapsim::probe {

extern const int expected_result = 6;

template <class... Steps>
Step<int> add(Steps... steps) {
  co_return (co_await std::move(steps) + ...);
}

Step<int> forbidden_form() {
  Step<int> total = add(read(Counted(1)), read(Counted(2)), read(Counted(3)));
  const int value = co_await std::move(total);
  co_return value;
}

}  // namespace snapsim::probe
