#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "fake_hypervisor/disk_backend.hpp"
#include "real/private_folder.hpp"
#include "real/qemu_disks.hpp"
#include "real/qemu_img.hpp"
#include "tests/result_text.hpp"

namespace snapsim::test {

inline constexpr std::int64_t mib = 1 << 20;

/// A folder in the system's temporary one that goes with this object.
class TemporaryFolder {
 public:
  TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// Real disks in a folder of their own, and the command lines that were run for them.
struct Bench {
  explicit Bench(QemuImg::Options options = {});

  TemporaryFolder folder;
  std::vector<std::string> commands;
  QemuImg tool;
  QemuDisks disks{tool};
};

DiskSpec disk_spec(const std::string& name, DiskFormat format, std::int64_t size_mib, std::int64_t used_mib);
DiskSpec overlay_spec(const std::string& name, std::int64_t size_mib, std::int64_t used_mib);

/// Runs a line of sh and returns what it prints, without the last newline. Throws where it exits with other than 0.
std::string shell(const std::string& line);
/// All bytes of a file.
std::vector<std::byte> bytes_of(const std::filesystem::path& path);
void write_file(const std::filesystem::path& path, const std::string& text);
/// What a guest sees in an image: its content as a raw file's bytes, extracted by qemu-img.
std::vector<std::byte> guest_view(const std::filesystem::path& image, DiskFormat format);
/// What the disk holds in a state, as DiskContent says block by block.
std::vector<std::byte> expected_view(const DiskSpec& spec, const DiskState& state);

/// How many descriptors this process has open.
std::size_t open_descriptors();
/// How many children this process has, zombies included.
std::size_t children();
/// True once `pid` is gone or a zombie, which is waited for at most 5 s.
bool ends_soon(int pid);
/// True once nothing is at `path`, which is waited for at most 5 s.
bool vanishes_soon(const std::filesystem::path& path);

}  // namespace snapsim::test
