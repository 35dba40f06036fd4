#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace snapsim::lint {

/// One source file: its path from the root, with '/', and its text.
struct Source {
  std::string path;
  std::string text;
};

/// Something in the sources that the house rules forbid.
struct Finding {
  std::string path;
  int line = 0;
  std::string reason;
};
/// "path:line: reason".
std::string to_string(const Finding& finding);

/// Every .hpp and .cpp file of ours below the root, by path.
std::vector<Source> read_tree(const std::filesystem::path& root);

/// Includes that the table of rooms does not allow, and headers without #pragma once.
std::vector<Finding> include_findings(const Source& source);

/// Clocks, chance, threads, files, the environment and addresses where they would break replay.
std::vector<Finding> determinism_findings(const Source& source);

/// Loops over unordered containers, whose order is nobody's promise. Looks at all sources of the tree at once, because
/// a member is declared in one file and walked through in another.
std::vector<Finding> unordered_findings(const std::vector<Source>& sources);

/// Coroutine forms that GCC 12 compiles into wrong programs, and their likes, as far as text shows them.
std::vector<Finding> coroutine_findings(const Source& source);

/// Types that two files of the program define under the same name in namespace snapsim: the linker takes one for the
/// other without a word. Those in an anonymous namespace are their file's own.
std::vector<Finding> twice_defined_findings(const std::vector<Source>& sources);

/// All of the above; coroutine forms are not looked for in tests/compiler/, which is made of them.
std::vector<Finding> all_findings(const std::vector<Source>& sources);

}  // namespace snapsim::lint
