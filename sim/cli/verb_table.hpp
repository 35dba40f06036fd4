#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/cli/options.hpp"

namespace CLI {
class App;
}

namespace snapsim {

/// A verb as users meet it.
struct VerbEntry {
  Verb verb;
  std::string_view name;
  std::string_view arguments;  ///< as they stand in its usage line
  std::string_view summary;    ///< one line
  std::string_view more;       ///< the rest of what --help says, in lines of at most 100 columns
  /// Adds the verb's options and arguments, which write to `options`.
  void (*add_to)(CLI::App& app, Options& options);
};

/// The verbs of this version, in the order in which users meet them.
std::span<const VerbEntry> verb_table();
/// The verb of that name, or nullptr.
const VerbEntry* find_verb(std::string_view name);
std::vector<std::string> verb_names();

/// What `snapsim --help` prints.
std::string program_help();
/// What `snapsim VERB --help` prints; `app` has the verb's options.
std::string verb_help(const VerbEntry& verb, const CLI::App& app);

}  // namespace snapsim
