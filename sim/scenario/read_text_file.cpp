#include "sim/scenario/read_text_file.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <string_view>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sim/spelling/nearest_name.hpp"

namespace snapsim {
namespace {

/// More names of one folder than these are not looked at for a suggestion.
constexpr std::size_t folder_entries_max = 10'000;

class FileDescriptor {
 public:
  explicit FileDescriptor(int number) : number_(number) {}
  ~FileDescriptor() {
    if (number_ > STDIN_FILENO) ::close(number_);
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  int number() const { return number_; }

 private:
  int number_;
};

Problem file_problem(const std::string& path, std::string message, std::string suggestion = {}) {
  return {path, 1, 1, "", std::move(message), std::move(suggestion)};
}

/// The file that was probably meant by the name of one that is not there.
std::string nearest_file(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code error;
  if (fs::is_regular_file(path + ".json", error)) return path + ".json";
  const fs::path wanted(path);
  const fs::path folder = wanted.has_parent_path() ? wanted.parent_path() : fs::path(".");
  std::vector<std::string> names;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    names.push_back(entry->path().filename().string());
    if (names.size() == folder_entries_max) break;
  }
  std::sort(names.begin(), names.end());
  const std::string name = nearest_name(wanted.filename().string(), names);
  if (name.empty()) return {};
  return wanted.has_parent_path() ? (wanted.parent_path() / name).string() : name;
}

std::string system_words(int error) {
  return std::generic_category().message(error);
}

Problem unopened(const std::string& path, int error) {
  if (error == ENOENT || error == ENOTDIR) return file_problem(path, "no such file", nearest_file(path));
  return file_problem(path, fmt::format("cannot be opened: {}", system_words(error)));
}

std::string too_large() {
  return fmt::format("larger than {} MiB", text_file_bytes_max / 1024 / 1024);
}

TextOrProblem read_all(const FileDescriptor& file, const std::string& path) {
  std::string text;
  std::vector<char> buffer(std::size_t{64} * 1024);
  while (true) {
    const ssize_t got = ::read(file.number(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return file_problem(path, fmt::format("cannot be read: {}", system_words(errno)));
    if (got == 0) return {boost::system::in_place_value, std::move(text)};
    text.append(buffer.data(), static_cast<std::size_t>(got));
    if (text.size() > text_file_bytes_max) return file_problem(path, too_large());
  }
}

}  // namespace

TextOrProblem read_text_file(const std::string& path) {
  if (path == "-") return read_all(FileDescriptor(STDIN_FILENO), path);
  if (path.empty()) return file_problem(path, "no file name");
  if (path.find('\0') != std::string::npos) return file_problem(path, "a file name cannot hold a NUL byte");
  // O_NONBLOCK: a pipe that nobody writes to is to be refused, not waited for.
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
  if (file.number() < 0) return unopened(path, errno);
  struct stat status {};
  if (::fstat(file.number(), &status) != 0) {
    return file_problem(path, fmt::format("cannot be read: {}", system_words(errno)));
  }
  if (S_ISDIR(status.st_mode)) return file_problem(path, "is a directory, not a scenario file");
  if (!S_ISREG(status.st_mode)) return file_problem(path, "is not a regular file");
  if (status.st_size > static_cast<off_t>(text_file_bytes_max)) return file_problem(path, too_large());
  return read_all(file, path);
}

}  // namespace snapsim
