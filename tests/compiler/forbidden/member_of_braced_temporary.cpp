#include "tests/compiler/forbidden/form.hpp"

namespace snapsim::probe {

extern const int expected_result = 3;

struct Adder {
  Counted first;
  Counted second;
  Step<int> run_it() {
    Yield yield;
    co_await yield;
    co_return first.value() + second.value();
  }
};

Step<int> forbidden_form() {
  const int value = co_await Adder{Counted(1), Counted(2)}.run_it();
  co_return value;
}

}  // namespace snapsim::probe
