#include "sim/cli/result_folder.hpp"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <fstream>
#include <functional>
#include <system_error>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "sim/report/result_json.hpp"
#include "sim/report/trace_json.hpp"
#include "sim/scenario/problem.hpp"
#include "sim/world/storage.hpp"

namespace snapsim {
namespace {

namespace fs = std::filesystem;

constexpr const char* trace_file = "trace.jsonl";
constexpr const char* result_file = "result.json";

[[noreturn]] void fail(const fs::path& path, const std::string& reason) {
  throw OutsideError(OutsideError::Kind::failed, "cannot write " + printable(path.string()) + ": " + reason);
}

/// Makes the folder where it is missing. The folders that were missing, the deepest first, go to `made`.
std::error_code make_folders(const fs::path& path, std::vector<fs::path>& made) {
  std::error_code ignored;
  fs::path folder = path.lexically_normal();
  if (!folder.has_filename()) folder = folder.parent_path();
  for (; !folder.empty() && !fs::exists(folder, ignored); folder = folder.parent_path()) made.push_back(folder);
  std::error_code error;
  fs::create_directories(path, error);
  if (!error && !fs::is_directory(path, ignored)) error = std::make_error_code(std::errc::not_a_directory);
  return error;
}

/// Removes those that are empty.
void remove_empty(const std::vector<fs::path>& folders) {
  for (const fs::path& folder : folders) ::rmdir(folder.c_str());
}

}  // namespace

OutFolder::OutFolder(const fs::path& path) {
  const std::error_code error = make_folders(path, made_);
  if (!error) return;
  remove_empty(made_);
  throw OutsideError(OutsideError::Kind::failed, "cannot make the folder " + printable(path.string()) + ": " +
                                                     error.message() + "; --out names another place");
}

OutFolder::~OutFolder() {
  remove_empty(made_);
}

void write_output_file(const fs::path& path, const std::function<void(std::ostream&)>& write) {
  errno = 0;
  std::ofstream file(path, std::ios::binary);
  if (file) write(file);
  file.close();
  if (!file) fail(path, errno != 0 ? std::generic_category().message(errno) : "unknown error");
}

std::string log_file_name(LogFile log) {
  switch (log) {
    case LogFile::nova_api:
      return "n-api.log";
    case LogFile::nova_compute:
      return "n-cpu.log";
    case LogFile::glance_api:
      return "g-api.log";
  }
  return {};
}

void write_result_files(const RunRecord& record, const fs::path& folder) {
  write_output_file(folder / trace_file, [&](std::ostream& out) { write_trace_json(record, out); });
  for (const LogFile log : {LogFile::nova_api, LogFile::nova_compute, LogFile::glance_api}) {
    write_output_file(folder / log_file_name(log), [&](std::ostream& out) { write_oslo_log(record, log, out); });
  }
  write_output_file(folder / result_file, [&](std::ostream& out) {
    out << result_json(std::span<const RunRecord>(&record, 1)).dump(2) << '\n';
  });
}

void check_replaceable(const fs::path& target) {
  std::error_code error;
  const fs::file_status status = fs::symlink_status(target, error);
  if (status.type() == fs::file_type::not_found) return;
  const bool is_result =
      fs::is_directory(status) && (fs::is_empty(target, error) ||
                                   (fs::exists(target / result_file, error) && fs::exists(target / trace_file, error)));
  if (!is_result) fail(target, "what is there is not the result of a run; --out names another place");
}

void publish_folder(const fs::path& finished, const fs::path& target) {
  // Another program may publish there at the same time: then a step finds things otherwise than the one before it did.
  constexpr int attempts_max = 100;
  for (int attempt = 0; attempt < attempts_max; ++attempt) {
    check_replaceable(target);
    if (::renameat2(AT_FDCWD, finished.c_str(), AT_FDCWD, target.c_str(), RENAME_EXCHANGE) == 0) return;
    const bool cannot_exchange = errno == EINVAL || errno == ENOSYS;
    if (errno != ENOENT && !cannot_exchange) fail(target, std::generic_category().message(errno));
    fs::path old = finished;
    old += ".old";
    if (cannot_exchange && ::rename(target.c_str(), old.c_str()) != 0 && errno != ENOENT) {
      fail(target, std::generic_category().message(errno));
    }
    if (::rename(finished.c_str(), target.c_str()) == 0) return;
    const int error = errno;
    if (error == ENOTEMPTY || error == EEXIST) continue;
    if (cannot_exchange) ::rename(old.c_str(), target.c_str());
    fail(target, std::generic_category().message(error));
  }
  fail(target, "others keep writing there");
}

std::string file_name_of(const std::string& name) {
  std::string file_name;
  for (const char c : name) {
    const bool stays = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '_' || (c == '.' && !file_name.empty());
    file_name += stays ? c : '_';
  }
  constexpr std::size_t length_max = 100;
  if (file_name.size() > length_max) file_name.resize(length_max);
  return file_name.empty() ? "_" : file_name;
}

}  // namespace snapsim
