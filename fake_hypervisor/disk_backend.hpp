#pragma once

#include <cstdint>
#include <string>

#include <boost/system/result.hpp>

#include "sim/nova/ids.hpp"
#include "sim/nova/states.hpp"

namespace snapsim {

/// A guest's disk as the scenario describes it.
struct DiskSpec {
  std::string name;             ///< the instance's name
  std::int64_t size_bytes = 0;  ///< virtual size
  std::int64_t used_bytes = 0;  ///< written before the run begins, from offset 0; at most size_bytes
  DiskFormat format = DiskFormat::qcow2;
  bool has_backing_file = false;  ///< qcow2 overlay on a raw base image that holds the first half of used_bytes
};

/// Why work on a file failed. Failure as data: who reads it decides what Nova would raise.
struct DiskError {
  enum class Kind : std::uint8_t { no_space, exit, killed, timed_out, missing_tool, unreadable } kind{};
  std::string message;  ///< the tool's own words where there are any
};

/// How a copy is made to fail.
struct CopyFault {
  enum class Kind : std::uint8_t {
    none,
    exit,    ///< the tool exits with other than 0 by itself
    killed,  ///< a signal kills the tool
    full,    ///< the file system takes no more
    hang,    ///< the tool does not go on, and is killed when its time is over
  } kind = Kind::none;
  /// Of killed and full: how many bytes the file has by then; a file that is never that long fails at its last bytes.
  std::int64_t after_bytes = 0;
};

/// The kind of error that a fault, not `none`, ends a copy with.
DiskError::Kind error_kind_of(CopyFault::Kind fault);

/// An image that a guest's disk is to be made from.
struct StoredImage {
  ImageId image;    ///< whose data Glance's store keeps
  FileId uploaded;  ///< the file whose bytes, all of them, were uploaded; it need not be there any more
};

template <class T>
using DiskResult = boost::system::result<T, DiskError>;

/// The bytes behind the guests of all compute hosts: guest disks, deltas and extracted images. Twins: ModelDisks keeps
/// versions of extents, real::QemuDisks keeps qcow2 files that qemu-img and qemu-io work on.
///
/// A guest's writes are numbered from 0. Write number i puts 64 KiB at block (i mod blocks in use), so that what a disk
/// holds at an instant follows from one number: how many writes had been done (its "generation").
///
/// Calls take no virtual time; the caller (sim/world) lets that pass. All sizes are bytes.
class DiskBackend {
 public:
  static constexpr std::int64_t block_bytes = 64 * 1024;

  virtual ~DiskBackend() = default;

  /// A new guest disk, filled to spec.used_bytes.
  virtual DiskResult<FileId> create_guest_disk(const DiskSpec& spec) = 0;
  /// A new guest disk with what an image holds; `spec` says its name, its format and its size, which is at least the
  /// image's. The guest goes on where the image's guest was: its writes are numbered from the image's generation. One
  /// made from a torn image is torn, and its guest writes nothing. Error `unreadable` where the image does not hold a
  /// whole disk.
  virtual DiskResult<FileId> create_guest_disk_from(const DiskSpec& spec, const StoredImage& image) = 0;
  /// The guest has by now done `generation` writes; never less than before.
  virtual void guest_has_written(FileId disk, std::uint64_t generation) = 0;
  /// `qemu-img convert -O format` begins: its new, still empty file is there. Error `exit` where the source is gone.
  virtual DiskResult<FileId> begin_convert(FileId source, DiskFormat format) = 0;
  /// ... and ends: `out` holds what its source holds. `generation_at_begin` is what the source's guest had written when
  /// the copy began; where it has written more since, the copy is torn. With a fault, or where the source is gone by
  /// now (error `exit`), it fails, and `out` stays with less than the whole.
  virtual DiskResult<void> finish_convert(FileId out, std::uint64_t generation_at_begin, const CopyFault& fault) = 0;
  /// `qemu-img create -o backing_file=`: an empty delta over the disk's backing file (or over nothing), for a block
  /// copy.
  virtual DiskResult<FileId> create_delta(FileId disk) = 0;
  /// What blockRebase(COPY|REUSE_EXT|SHALLOW) has put in `delta` when its job is aborted now.
  virtual DiskResult<void> mirror(FileId disk, FileId delta) = 0;
  /// Removes the file. A file that is gone already is no error.
  virtual DiskResult<void> remove(FileId file) = 0;
  /// Length of the file as one would upload it.
  virtual DiskResult<std::int64_t> file_bytes(FileId file) = 0;
};

}  // namespace snapsim
