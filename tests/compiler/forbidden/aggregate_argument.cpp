#include "tests/compiler/forbidden/form.hpp"

namespace snapsim::probe {

extern const int expected_result = 3;

// GCC PR98401 and its likes: the aggregate is copied bit by bit.
Step<int> forbidden_form() {
  const int value = co_await sum(Pair{Counted(1), Counted(2)});
  co_return value;
}

}  // namespace snapsim::probe
