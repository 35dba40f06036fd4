#include "tests/real/test_support.hpp"

#include <chrono>
#include <fstream>
#include <functional>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <stdlib.h>
#include <thread>
#include <unistd.h>
#include <utility>

#include "real/child_process.hpp"

namespace snapsim::test {
namespace {

namespace fs = std::filesystem;

QemuImg::Options completed_options(QemuImg::Options options, const fs::path& folder, std::vector<std::string>& log) {
  options.folder = folder;
  options.log = [&log](const std::string& line, const Completed&) { log.push_back(line); };
  return options;
}

bool comes_true_soon(const std::function<bool()>& condition) {
  for (int round = 0; round < 500; ++round) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

char process_state(int pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text((std::istreambuf_iterator<char>(file)), {});
  const auto end_of_name = text.rfind(')');
  return end_of_name == std::string::npos ? 'X' : text.at(end_of_name + 2);
}

}  // namespace

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (fs::temp_directory_path() / "snapsim-test-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
  path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

Bench::Bench(QemuImg::Options options) : tool(completed_options(std::move(options), folder.path(), commands)) {}

DiskSpec disk_spec(const std::string& name, DiskFormat format, std::int64_t size_mib, std::int64_t used_mib) {
  DiskSpec spec;
  spec.name = name;
  spec.size_bytes = size_mib * mib;
  spec.used_bytes = used_mib * mib;
  spec.format = format;
  return spec;
}

DiskSpec overlay_spec(const std::string& name, std::int64_t size_mib, std::int64_t used_mib) {
  DiskSpec spec = disk_spec(name, DiskFormat::qcow2, size_mib, used_mib);
  spec.has_backing_file = true;
  return spec;
}

std::string shell(const std::string& line) {
  Command command;
  command.argv = {"sh", "-c", line};
  const auto completed = run_child(command);
  if (!completed) throw std::runtime_error(completed.error().message);
  if (completed->exit_code != 0) throw std::runtime_error(line + ": " + completed->err);
  std::string text = completed->out;
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

std::vector<std::byte> bytes_of(const fs::path& path) {
  std::vector<std::byte> bytes(fs::file_size(path));
  std::ifstream file(path, std::ios::binary);
  file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  return bytes;
}

void write_file(const fs::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

std::vector<std::byte> guest_view(const fs::path& image, DiskFormat format) {
  const TemporaryFolder folder;
  const fs::path raw = folder.path() / "raw";
  shell("qemu-img convert -f " + std::string(to_string(format)) + " -O raw '" + image.string() + "' '" + raw.string() +
        "'");
  return bytes_of(raw);
}

std::vector<std::byte> expected_view(const DiskSpec& spec, const DiskState& state) {
  const DiskContent content(spec);
  std::vector<std::byte> bytes(static_cast<std::size_t>(spec.size_bytes));
  for (std::int64_t block = 0; block < content.blocks(); ++block) {
    content.fill(block, state,
                 std::span(bytes).subspan(static_cast<std::size_t>(block * DiskContent::block_bytes),
                                          static_cast<std::size_t>(content.bytes_of(block))));
  }
  return bytes;
}

std::size_t open_descriptors() {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator()));
}

std::size_t children() {
  std::size_t count = 0;
  for (const auto& task : fs::directory_iterator("/proc/self/task")) {
    std::ifstream file(task.path() / "children");
    count += static_cast<std::size_t>(std::distance(std::istream_iterator<int>(file), {}));
  }
  return count;
}

bool ends_soon(int pid) {
  return comes_true_soon([&] { return process_state(pid) == 'X' || process_state(pid) == 'Z'; });
}

bool vanishes_soon(const fs::path& path) {
  return comes_true_soon([&] { return !fs::exists(path); });
}

}  // namespace snapsim::test
