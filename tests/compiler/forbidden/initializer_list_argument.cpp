#include <initializer_list>
#include <vector>

#include "tests/compiler/forbidden/form.hpp"

namespace snapsim::probe {

extern const int expected_result = 3;

Step<int> total(std::vector<Counted> list) {
  Yield yield;
  co_await yield;
  int sum_of_list = 0;
  for (const Counted& counted : list) sum_of_list += counted.value();
  co_return sum_of_list;
}

// GCC PR99576: "array used as initializer".
Step<int> forbidden_form() {
  const int value = co_await total({Counted(1), Counted(2)});
  co_return value;
}

}  // namespace snapsim::probe
