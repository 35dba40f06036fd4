#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fake_hypervisor/disk_backend.hpp"
#include "real/child_process.hpp"

namespace snapsim {

/// A run of bytes to be written to a disk as its guest would.
struct DiskWrite {
  std::filesystem::path content;  ///< file with the bytes, relative to the working folder, without white space
  std::int64_t offset = 0;
  std::int64_t length = 0;
};

/// What `qemu-img info` says of an image.
struct ImageInfo {
  std::int64_t virtual_bytes = 0;
  std::int64_t real_bytes = 0;  ///< what it takes on the host's file system
  std::string backing_file;     ///< empty: none
};

/// qemu-img and qemu-io as Nova and a guest use them. Every call is one process. Where a call other than convert()
/// fails, a file that it was to make is not left behind.
class QemuImg {
 public:
  /// Told of every process that ran to its end: its command line and what came of it.
  using Log = std::function<void(const std::string& command_line, const Completed& completed)>;

  struct Options {
    std::filesystem::path folder;  ///< working folder of all processes
    std::chrono::milliseconds timeout{std::chrono::minutes(10)};
    std::optional<std::uint64_t> file_bytes_max = {};  ///< as Command::file_bytes_max
    std::string qemu_img = "qemu-img";
    std::string qemu_io = "qemu-io";
    Log log = {};  ///< may be empty
  };

  explicit QemuImg(Options options) : options_(std::move(options)) {}

  const std::filesystem::path& folder() const { return options_.folder; }

  /// nova/privsep/qemu.py, unprivileged_convert_image: `convert -t none|writeback -O <to> -f <from> <source> <made>`;
  /// none where the destination's file system supports O_DIRECT. With a fault the tool is really made to fail that way;
  /// where something else came of it, the error is `unreadable`. What a failure has written stays in `made`.
  DiskResult<void> convert(const std::filesystem::path& source, DiskFormat from, const std::filesystem::path& made,
                           DiskFormat to, const CopyFault& fault = {});

  /// nova/virt/libvirt/utils.py, create_cow_image: `create -f qcow2 [-o backing_file=B,backing_fmt=raw] <made> <size>`.
  DiskResult<void> create(const std::filesystem::path& made, std::int64_t size_bytes,
                          const std::filesystem::path& backing_file);

  /// Makes a raw file with what a disk holds, at least `size_bytes` long. It need not survive a power cut.
  DiskResult<void> export_raw(const std::filesystem::path& source, DiskFormat from, const std::filesystem::path& made,
                              std::int64_t size_bytes);

  /// Makes a qcow2 disk with the content of a raw file; its holes take no room. It need not survive a power cut.
  DiskResult<void> import_raw(const std::filesystem::path& raw, const std::filesystem::path& made);

  /// Puts a raw backing file behind a qcow2 disk: where the disk has nothing allocated it now reads from there.
  DiskResult<void> set_backing_file(const std::filesystem::path& disk, const std::filesystem::path& backing_file);

  /// Copies the top layer of a disk into a qcow2 file that create() made over the same backing file; where that is
  /// empty, the whole disk into a file without one. A failure leaves `target` there, with unknown content.
  DiskResult<void> copy_top_layer(const std::filesystem::path& source, DiskFormat from,
                                  const std::filesystem::path& target, const std::filesystem::path& backing_file);

  /// Does the writes in order, all in one qemu-io process.
  DiskResult<void> write(const std::filesystem::path& disk, DiskFormat format, std::span<const DiskWrite> writes);

  DiskResult<ImageInfo> info(const std::filesystem::path& image, DiskFormat format);

  /// `qemu-img check`. Returns what is wrong with the qcow2 image, in the tool's words; empty: nothing.
  DiskResult<std::string> check(const std::filesystem::path& image);

  /// `qemu-img compare`. Returns where the contents differ, in the tool's words; empty: nowhere. Error `unreadable`
  /// where one of the two cannot be read to its end.
  DiskResult<std::string> compare(const std::filesystem::path& left, DiskFormat left_format,
                                  const std::filesystem::path& right, DiskFormat right_format);

 private:
  Command command_for(std::vector<std::string> argv) const;
  DiskResult<Completed> run(const Command& command);
  DiskResult<Completed> run(std::vector<std::string> argv) { return run(command_for(std::move(argv))); }
  DiskResult<void> run_to_success(const Command& command);
  DiskResult<void> run_to_success(std::vector<std::string> argv) {
    return run_to_success(command_for(std::move(argv)));
  }
  DiskResult<void> make(const std::filesystem::path& made, std::vector<std::string> argv);
  std::string cache_mode(const std::filesystem::path& folder);

  Options options_;
  std::optional<bool> direct_io_;  ///< asked once: all files lie in one file system
};

}  // namespace snapsim
