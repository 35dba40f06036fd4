#include "real/qemu_img.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include <nlohmann/json.hpp>

#include "real/file_io.hpp"

namespace snapsim {
namespace {

namespace fs = std::filesystem;

/// The tool's own words, on one line.
std::string words_of(const Completed& completed) {
  std::string words = completed.err.empty() ? completed.out : completed.err;
  while (!words.empty() && words.back() == '\n') words.pop_back();
  for (char& c : words) c = c == '\n' ? ' ' : c;
  return words;
}

bool says_no_space(const std::string& words) {
  for (const char* sign : {"No space left on device", "File too large", "Disk quota exceeded"}) {
    if (words.find(sign) != std::string::npos) return true;
  }
  return false;
}

/// "qemu-img convert", of a path to it as well.
std::string short_name(const std::vector<std::string>& argv) {
  std::string name = fs::path(argv.front()).filename().string();
  if (argv.size() > 1 && !argv[1].starts_with('-')) name += " " + argv[1];
  return name;
}

DiskError error_of(const ChildError& error) {
  switch (error.kind) {
    case ChildError::Kind::missing_tool:
      return {DiskError::Kind::missing_tool, error.message};
    case ChildError::Kind::timed_out:
      return {DiskError::Kind::timed_out, error.message};
    case ChildError::Kind::interrupted:
      return {DiskError::Kind::killed, error.message};
    case ChildError::Kind::cannot_start:
      break;
  }
  return {DiskError::Kind::unreadable, error.message};
}

DiskError failure_of(const std::vector<std::string>& argv, const Completed& completed) {
  const std::string name = short_name(argv);
  if (completed.signal != 0) {
    return {DiskError::Kind::killed, name + " was killed by signal " + std::to_string(completed.signal)};
  }
  const std::string words = words_of(completed);
  if (says_no_space(words)) return {DiskError::Kind::no_space, words};
  return {DiskError::Kind::exit, name + " exited with " + std::to_string(completed.exit_code) + ": " + words};
}

/// A path as the value of a qemu option, in which a comma is doubled.
std::string option_value(const fs::path& path) {
  std::string value;
  for (const char c : path.string()) value += c == ',' ? std::string(",,") : std::string(1, c);
  return value;
}

/// A copy that hangs is given up after that long.
constexpr std::chrono::milliseconds patience_with_hanging_copy{200};

/// The same command with what makes it fail in the way of the fault. Files grow in steps of a cluster: a limit in the
/// middle of one would make direct writes fail in another way.
Command with_fault(Command command, const CopyFault& fault) {
  constexpr std::int64_t cluster_bytes = 64 * 1024;
  const std::int64_t limit = std::max<std::int64_t>(fault.after_bytes, 0) / cluster_bytes * cluster_bytes;
  switch (fault.kind) {
    case CopyFault::Kind::none:
      break;
    case CopyFault::Kind::exit:
      command.argv.insert(command.argv.begin() + 2, "--no-such-option");
      break;
    case CopyFault::Kind::killed:
      command.file_bytes_max = static_cast<std::uint64_t>(limit);
      command.dies_of_long_write = true;
      break;
    case CopyFault::Kind::full:
      command.file_bytes_max = static_cast<std::uint64_t>(limit);
      break;
    case CopyFault::Kind::hang:
      command.timeout = patience_with_hanging_copy;
      return stopped_at_start(std::move(command));
  }
  return command;
}

std::string name_of(DiskFormat format) {
  return std::string(to_string(format));
}

}  // namespace

Command QemuImg::command_for(std::vector<std::string> argv) const {
  Command command;
  command.argv = std::move(argv);
  command.working_folder = options_.folder;
  command.timeout = options_.timeout;
  command.file_bytes_max = options_.file_bytes_max;
  return command;
}

DiskResult<Completed> QemuImg::run(const Command& command) {
  auto completed = run_child(command);
  if (!completed) return error_of(completed.error());
  if (options_.log) options_.log(command_line(command), *completed);
  if (completed->signal != 0) return failure_of(command.argv, *completed);
  return std::move(*completed);
}

DiskResult<void> QemuImg::run_to_success(const Command& command) {
  const auto completed = run(command);
  if (!completed) return completed.error();
  if (completed->exit_code != 0) return failure_of(command.argv, *completed);
  return {};
}

DiskResult<void> QemuImg::make(const fs::path& made, std::vector<std::string> argv) {
  const auto done = run_to_success(std::move(argv));
  std::error_code ignored;
  if (!done) fs::remove(made, ignored);
  return done;
}

std::string QemuImg::cache_mode(const fs::path& folder) {
  if (!direct_io_) direct_io_ = supports_direct_io(folder);
  return *direct_io_ ? "none" : "writeback";
}

DiskResult<void> QemuImg::convert(const fs::path& source, DiskFormat from, const fs::path& made, DiskFormat to,
                                  const CopyFault& fault) {
  Command command = command_for({options_.qemu_img, "convert", "-t", cache_mode(made.parent_path()), "-O", name_of(to),
                                 "-f", name_of(from), source.string(), made.string()});
  const auto done = run_to_success(with_fault(std::move(command), fault));
  if (fault.kind == CopyFault::Kind::none) return done;
  if (!done && done.error().kind == error_kind_of(fault.kind)) return done;
  const std::string outcome = done ? "qemu-img convert succeeded" : done.error().message;
  return DiskError{DiskError::Kind::unreadable, outcome + "; it was made to fail in another way"};
}

DiskResult<void> QemuImg::export_raw(const fs::path& source, DiskFormat from, const fs::path& made,
                                     std::int64_t size_bytes) {
  const auto exported = make(made, {options_.qemu_img, "convert", "-t", "unsafe", "-f", name_of(from), "-O", "raw",
                                    source.string(), made.string()});
  if (!exported) return exported;
  std::error_code failed;
  const auto length = static_cast<std::int64_t>(fs::file_size(made, failed));
  if (!failed && length < size_bytes) fs::resize_file(made, static_cast<std::uintmax_t>(size_bytes), failed);
  if (failed) return disk_error("resize " + made.string(), failed);
  return {};
}

DiskResult<void> QemuImg::create(const fs::path& made, std::int64_t size_bytes, const fs::path& backing_file) {
  std::vector<std::string> argv{options_.qemu_img, "create", "-f", "qcow2"};
  if (!backing_file.empty()) {
    argv.emplace_back("-o");
    argv.emplace_back("backing_file=" + option_value(backing_file) + ",backing_fmt=raw");
  }
  argv.emplace_back(made.string());
  argv.emplace_back(std::to_string(size_bytes));
  return make(made, std::move(argv));
}

DiskResult<void> QemuImg::import_raw(const fs::path& raw, const fs::path& made) {
  return make(made,
              {options_.qemu_img, "convert", "-t", "unsafe", "-f", "raw", "-O", "qcow2", raw.string(), made.string()});
}

DiskResult<void> QemuImg::set_backing_file(const fs::path& disk, const fs::path& backing_file) {
  return run_to_success({options_.qemu_img, "rebase", "-u", "-t", "unsafe", "-f", "qcow2", "-b", backing_file.string(),
                         "-F", "raw", disk.string()});
}

DiskResult<void> QemuImg::copy_top_layer(const fs::path& source, DiskFormat from, const fs::path& target,
                                         const fs::path& backing_file) {
  std::vector<std::string> argv{options_.qemu_img, "convert", "-n", "-t", "unsafe", "-f", name_of(from), "-O", "qcow2"};
  if (backing_file.empty()) {
    argv.emplace_back("--target-is-zero");
  } else {
    argv.insert(argv.end(), {"-B", backing_file.string(), "-F", "raw"});
  }
  argv.emplace_back(source.string());
  argv.emplace_back(target.string());
  return run_to_success(std::move(argv));
}

DiskResult<void> QemuImg::write(const fs::path& disk, DiskFormat format, std::span<const DiskWrite> writes) {
  std::vector<std::string> argv{options_.qemu_io, "-t", "unsafe", "-f", name_of(format)};
  for (const DiskWrite& write : writes) {
    argv.emplace_back("-c");
    argv.emplace_back("write -q -s " + write.content.string() + " " + std::to_string(write.offset) + " " +
                      std::to_string(write.length));
  }
  argv.emplace_back(disk.string());
  const auto completed = run(argv);
  if (!completed) return completed.error();
  // Depending on its version, qemu-io exits with 0 after a command that failed; a quiet one that succeeded says
  // nothing.
  if (completed->exit_code != 0 || !words_of(*completed).empty()) return failure_of(argv, *completed);
  return {};
}

DiskResult<ImageInfo> QemuImg::info(const fs::path& image, DiskFormat format) {
  const std::vector<std::string> argv{options_.qemu_img, "info",          "-f",          name_of(format),
                                      "--force-share",   "--output=json", image.string()};
  const auto completed = run(argv);
  if (!completed) return completed.error();
  if (completed->exit_code != 0) return failure_of(argv, *completed);
  try {
    const auto json = nlohmann::json::parse(completed->out);
    return ImageInfo{json.at("virtual-size"), json.at("actual-size"), json.value("backing-filename", std::string())};
  } catch (const std::exception& error) {
    return DiskError{DiskError::Kind::unreadable, std::string("qemu-img info: ") + error.what()};
  }
}

DiskResult<std::string> QemuImg::check(const fs::path& image) {
  const auto completed = run({options_.qemu_img, "check", "-f", "qcow2", image.string()});
  if (!completed) return completed.error();
  return completed->exit_code == 0 ? std::string() : words_of(*completed);
}

DiskResult<std::string> QemuImg::compare(const fs::path& left, DiskFormat left_format, const fs::path& right,
                                         DiskFormat right_format) {
  const std::vector<std::string> argv{options_.qemu_img,     "compare",     "-f",          name_of(left_format), "-F",
                                      name_of(right_format), left.string(), right.string()};
  const auto completed = run(argv);
  if (!completed) return completed.error();
  if (completed->exit_code == 0) return std::string();
  if (completed->exit_code == 1) return words_of(*completed);
  return DiskError{DiskError::Kind::unreadable, words_of(*completed)};
}

}  // namespace snapsim
