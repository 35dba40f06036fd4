// Runs the one form that it is linked with. Says on stdout "right" or what is wrong; a miscompiled form may also crash.
#include <cstdio>

#include "tests/compiler/forbidden/form.hpp"

int main() {
  using namespace snapsim::probe;
  const int result = run(forbidden_form());
  if (result != expected_result) {
    std::printf("wrong result");
  } else if (!ledger.balanced()) {
    std::printf("wrong lifetimes");
  } else {
    std::printf("right");
  }
  return 0;
}
