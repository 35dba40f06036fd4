#pragma once

#include <filesystem>

#include "real/unique_fd.hpp"

namespace snapsim {

/// The body of the janitor process, run in a freshly forked child: waits until `owner`, the read end of a pipe, is at
/// its end, which is when the owner is dead or has closed its folder. Then kills the processes that work in `folder`,
/// removes it if it is still the folder that it was when this began, and exits. Holds no other descriptor of the
/// owner's, and does not heed the signals of its terminal.
[[noreturn]] void run_janitor(UniqueFd owner, const std::filesystem::path& folder);

}  // namespace snapsim
