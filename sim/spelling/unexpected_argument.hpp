#pragma once

#include <string>
#include <vector>

namespace snapsim {

/// What is wrong with an argument that a command line does not take, where it takes `options` ("--port" ...): an
/// unknown option, with the one that was probably meant, or what is no option.
std::string unexpected_argument(const std::string& argument, const std::vector<std::string>& options);

/// The long options ("--port" ...) of a CLI::App.
template <class App>
std::vector<std::string> long_options(const App& app) {
  std::vector<std::string> names;
  for (const auto* const option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

}  // namespace snapsim
