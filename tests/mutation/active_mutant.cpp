#include "tests/mutation/active_mutant.hpp"

#include <utility>

#include "tests/mutation/reached.hpp"

namespace snapsim::mutation {

int active_mutant = 0;

namespace {

std::set<int> reached;

}  // namespace

void note_reached(int number) {
  reached.insert(number);
}

std::set<int> take_reached() {
  return std::exchange(reached, {});
}

}  // namespace snapsim::mutation
