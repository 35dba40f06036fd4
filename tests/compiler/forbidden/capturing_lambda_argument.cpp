#include "tests/compiler/forbidden/form.hpp"

namespace snapsim::probe {

extern const int expected_result = 1;

template <class Function>
Step<int> call(Function function) {
  Yield yield;
  co_await yield;
  co_return function();
}

// GCC PR98401 and its likes: the closure is copied bit by bit.
Step<int> forbidden_form() {
  const Counted captured(1);
  const int value = co_await call([captured] { return captured.value(); });
  co_return value;
}

}  // namespace snapsim::probe
