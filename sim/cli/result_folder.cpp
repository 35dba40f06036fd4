#include "sim/cli/result_folder.hpp"

#include <fstream>
#include <functional>
#include <system_error>

#include <nlohmann/json.hpp>

#include "sim/report/oslo_log.hpp"
#include "sim/report/result_json.hpp"
#include "sim/report/trace_json.hpp"
#include "sim/world/storage.hpp"

namespace snapsim {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& path, const std::string& reason) {
  throw OutsideError(OutsideError::Kind::failed, "cannot write " + path.string() + ": " + reason);
}

void write_file(const fs::path& path, const std::function<void(std::ostream&)>& write) {
  errno = 0;
  std::ofstream file(path, std::ios::binary);
  if (file) write(file);
  file.close();
  if (!file) fail(path, errno != 0 ? std::generic_category().message(errno) : "unknown error");
}

}  // namespace

void write_result_files(const RunRecord& record, const fs::path& folder) {
  write_file(folder / "trace.jsonl", [&](std::ostream& out) { write_trace_json(record, out); });
  write_file(folder / "n-api.log", [&](std::ostream& out) { write_oslo_log(record, LogFile::nova_api, out); });
  write_file(folder / "n-cpu.log", [&](std::ostream& out) { write_oslo_log(record, LogFile::nova_compute, out); });
  write_file(folder / "g-api.log", [&](std::ostream& out) { write_oslo_log(record, LogFile::glance_api, out); });
  write_file(folder / "result.json",
             [&](std::ostream& out) { out << result_json(std::span<const RunRecord>(&record, 1)).dump(2) << '\n'; });
}

void publish_folder(const fs::path& finished, const fs::path& target) {
  std::error_code error;
  fs::remove_all(target, error);
  if (error) fail(target, error.message());
  fs::rename(finished, target, error);
  if (error) fail(target, error.message());
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
