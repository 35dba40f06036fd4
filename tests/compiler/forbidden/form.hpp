#pragma once

#include "tests/compiler/probe.hpp"

namespace snapsim::probe {

/// What each file of this folder defines: a coroutine in a form that the house rules forbid, with the result that the
/// language demands. main.cpp runs it.
Step<int> forbidden_form();
extern const int expected_result;

/// A condition that the compiler cannot see through.
inline Step<bool> is_positive(int value) {
  Yield yield;
  co_await yield;
  co_return value > 0;
}

}  // namespace snapsim::probe
