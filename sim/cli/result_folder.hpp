#pragma once

#include <filesystem>
#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "sim/report/oslo_log.hpp"
#include "sim/report/run_record.hpp"

namespace snapsim {

/// The folder that --out names, made where it is missing. Of the folders that this made, those that are still empty in
/// the end are removed again: what fails leaves nothing.
class OutFolder {
 public:
  /// Throws OutsideError.
  explicit OutFolder(const std::filesystem::path& path);
  OutFolder(const OutFolder&) = delete;
  OutFolder& operator=(const OutFolder&) = delete;
  ~OutFolder();

 private:
  std::vector<std::filesystem::path> made_;  ///< the deepest first
};

/// Makes or replaces the file. Throws OutsideError when it cannot be written whole.
void write_output_file(const std::filesystem::path& path, const std::function<void(std::ostream&)>& write);

/// The name that the log has in a result folder.
std::string log_file_name(LogFile log);

/// Writes what `run --out DIR` leaves of one run into `folder`, which is there and empty: trace.jsonl, the three logs
/// and result.json. Throws OutsideError when a file cannot be written whole.
void write_result_files(const RunRecord& record, const std::filesystem::path& folder);

/// Throws OutsideError where something else than a run's result is at `target`: nobody loses a folder of the same name.
void check_replaceable(const std::filesystem::path& target);

/// Puts the finished folder at `target` in one step. What an earlier run has left there lies at `finished` afterwards,
/// or beside it where the file system cannot exchange two folders. Throws OutsideError.
void publish_folder(const std::filesystem::path& finished, const std::filesystem::path& target);

/// A file name made from a name that a user has given: letters, digits, `.`, `-` and `_` stay, others become `_`.
std::string file_name_of(const std::string& name);

}  // namespace snapsim
