#pragma once

#include <optional>
#include <string>
#include <vector>

namespace snapsim {

/// The text of simpy_events.py, built in.
extern const char* const simpy_script;

/// A program that was built beside the one that runs, by its path; none if it was not built.
std::optional<std::string> program_beside_this(const std::string& name);

/// Runs a peer that prints how many seconds it took. Nothing: it cannot be run here.
std::optional<double> seconds_of(const std::vector<std::string>& argv);
/// Runs a verifier that SPIN has made, and gives how many states a second it stored.
std::optional<double> states_per_second_of(const std::vector<std::string>& argv);

}  // namespace snapsim
