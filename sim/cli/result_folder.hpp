#pragma once

#include <filesystem>
#include <string>

#include "real/private_folder.hpp"
#include "sim/report/run_record.hpp"

namespace snapsim {

/// Writes what `run --out DIR` leaves of one run into `folder`, which is there and empty: trace.jsonl, the three logs
/// and result.json. Throws OutsideError when a file cannot be written whole.
void write_result_files(const RunRecord& record, const std::filesystem::path& folder);

/// Puts the finished folder at `target` in one step, in place of what an earlier run has left there. Throws
/// OutsideError.
void publish_folder(const std::filesystem::path& finished, const std::filesystem::path& target);

/// A file name made from a name that a user has given: letters, digits, `.`, `-` and `_` stay, others become `_`.
std::string file_name_of(const std::string& name);

}  // namespace snapsim
