#include "tests/compiler/forbidden/form.hpp"

namespace snapsim::probe {

extern const int expected_result = 1;

Step<int> throwing() {
  throw Counted(co_await make(1));
  co_return 0;
}

Step<int> forbidden_form() {
  int caught = 0;
  try {
    co_await throwing();
  } catch (const Counted& counted) {
    caught = counted.value();
  }
  co_return caught;
}

}  // namespace snapsim::probe
