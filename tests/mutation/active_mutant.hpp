#pragma once

#include <optional>

#include "sim/nova/states.hpp"

// What the mutated sources ask at run time: all mutants are in one program, and at most one of them is active.

namespace snapsim::mutation {

/// The mutant that is active, by its number; 0 for none.
extern int active_mutant;

/// Writes down that a run has come to the mutant. Only while none is active.
void note_reached(int number);

/// Whether that mutant is the active one.
inline bool mutant_is(int number) {
  if (active_mutant == 0) note_reached(number);
  return active_mutant == number;
}

/// The expected task states of a save; none under that mutant: the save is not guarded.
inline std::optional<TaskStates> guard_unless(int number, std::optional<TaskStates> expected) {
  return mutant_is(number) ? std::nullopt : expected;
}

}  // namespace snapsim::mutation
