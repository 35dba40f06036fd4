#include "real/qemu_disks.hpp"

#include <algorithm>
#include <fcntl.h>
#include <string>
#include <utility>

#include "real/file_io.hpp"

namespace snapsim {
namespace {

namespace fs = std::filesystem;

bool is_behind_or_at(const DiskState& a, const DiskState& b) {
  return a.front <= b.front && a.back <= b.back;
}

/// The name of an instance's folder: its own name where that is safe to use as one.
std::string folder_name(const std::string& instance, std::size_t index) {
  const bool safe = !instance.empty() && instance.front() != '.' && instance.size() <= 200 &&
                    std::ranges::all_of(instance, [](unsigned char c) { return c > ' ' && c != '/' && c != 127; });
  return safe ? instance : ".instance-" + std::to_string(index);
}

/// qemu-img's way of saying so.
DiskError source_is_gone(const fs::path& path) {
  return {DiskError::Kind::exit, "qemu-img: Could not open '" + path.string() + "': No such file or directory"};
}

DiskError is_gone(const fs::path& path) {
  return {DiskError::Kind::unreadable, path.string() + ": No such file or directory"};
}

DiskResult<std::int64_t> length_of(const fs::path& path) {
  std::error_code failed;
  const auto length = fs::file_size(path, failed);
  if (failed) return disk_error("stat " + path.string(), failed);
  return static_cast<std::int64_t>(length);
}

}  // namespace

ReferenceDisk::ReferenceDisk(ReferenceDisk&& other) noexcept
    : path_(std::move(other.path_)), format_(other.format_), is_scratch_(std::exchange(other.is_scratch_, false)) {}

ReferenceDisk::~ReferenceDisk() {
  std::error_code ignored;
  if (is_scratch_) fs::remove(path_, ignored);
}

FileId QemuDisks::add(File file) {
  files_.push_back(std::move(file));
  return FileId(static_cast<std::uint32_t>(files_.size() - 1));
}

DiskResult<FileId> QemuDisks::create_guest_disk(const DiskSpec& spec) {
  File file;
  file.guest = std::make_unique<GuestDisk>(spec, new_guest_folder(spec.name), tool_);
  file.path = file.guest->path();
  file.format = spec.format;
  const auto made = file.guest->make();
  if (!made) return made.error();
  return add(std::move(file));
}

/// An instance may have several disks: the others' folders have a number.
fs::path QemuDisks::new_guest_folder(const std::string& instance) const {
  const std::string name = folder_name(instance, files_.size());
  const fs::path folder = tool_.folder() / "instances" / name;
  const bool is_taken = std::ranges::any_of(
      files_, [&](const File& file) { return file.guest && !file.removed && file.path.parent_path() == folder; });
  if (!is_taken) return folder;
  return tool_.folder() / "instances" / (".disk-" + std::to_string(files_.size()));
}

DiskResult<FileId> QemuDisks::create_guest_disk_from(const DiskSpec& spec, const StoredImage& image) {
  const ImageOrigin* const known = origin_of(image.uploaded);
  if (known == nullptr) return DiskError{DiskError::Kind::unreadable, "the image holds no whole disk"};
  const ImageOrigin origin = *known;
  // The bytes are a function of the name of the disk that the image was of.
  DiskSpec restored = at(origin.disk).guest->spec();
  restored.size_bytes = std::max(spec.size_bytes, restored.size_bytes);
  restored.format = spec.format;
  restored.has_backing_file = false;
  File file;
  file.guest = std::make_unique<GuestDisk>(restored, new_guest_folder(spec.name), tool_);
  file.path = file.guest->path();
  file.format = spec.format;
  file.generation = origin.state.front;
  if (origin.state.front != origin.state.back) file.torn = origin.state;
  const auto made = file.guest->make_from(stored_at_(image.image), origin.format, origin.state);
  if (!made) return made.error();
  return add(std::move(file));
}

void QemuDisks::guest_has_written(FileId disk, std::uint64_t generation) {
  File& file = at(disk);
  file.generation = std::max(file.generation, generation);
}

DiskResult<fs::path> QemuDisks::new_snapshot_path(DiskFormat format) {
  const fs::path folder = tool_.folder() / "snapshots";
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed) return disk_error("mkdir " + folder.string(), failed);
  return folder / (std::to_string(files_.size()) + "." + std::string(to_string(format)));
}

DiskResult<FileId> QemuDisks::begin_convert(FileId source, DiskFormat format) {
  if (at(source).removed) return source_is_gone(at(source).path);
  auto path = new_snapshot_path(format);
  if (!path) return path.error();
  const auto made = open_file(*path, O_CREAT | O_EXCL | O_WRONLY);
  if (!made) return disk_error("create " + path->string(), made.error());
  File file;
  file.path = std::move(*path);
  file.format = format;
  file.source = source;
  return add(std::move(file));
}

DiskResult<void> QemuDisks::finish_convert(FileId out, std::uint64_t generation_at_begin, const CopyFault& fault) {
  File& made = at(out);
  const File& from = at(made.source);
  if (from.removed) return source_is_gone(from.path);
  std::optional<ImageOrigin> origin = from.origin;
  if (from.guest) {
    DiskState state = state_of(made.source);
    if (!from.torn) state.front = std::min(generation_at_begin, from.generation);
    origin = ImageOrigin{made.source, state};
  }
  // Held until the copy is made, because it may be a scratch disk.
  auto reference = from.guest ? source_in_state(made.source, origin->state)
                              : DiskResult<ReferenceDisk>(ReferenceDisk(from.path, from.format, false));
  if (!reference) return reference.error();
  const auto done = tool_.convert(reference->path(), reference->format(), made.path, made.format, fault);
  if (!done) {
    // qemu-img takes its file along where it could not even write the header.
    static_cast<void>(open_file(made.path, O_CREAT | O_WRONLY));
    return done;
  }
  const auto length = length_of(made.path);
  if (!length) return length.error();
  if (origin) {
    origin->format = made.format;
    origin->file_bytes = *length;
  }
  made.origin = origin;
  return {};
}

DiskResult<FileId> QemuDisks::create_delta(FileId disk) {
  const File& from = at(disk);
  if (from.removed) return is_gone(from.path);
  auto path = new_snapshot_path(DiskFormat::qcow2);
  if (!path) return path.error();
  *path += ".delta";
  const auto done = tool_.create(*path, from.guest->spec().size_bytes, from.guest->backing_file());
  if (!done) return done.error();
  File made;
  made.path = std::move(*path);
  return add(std::move(made));
}

DiskResult<void> QemuDisks::mirror(FileId disk, FileId delta) {
  const auto materialised = materialise(disk);
  if (!materialised) return materialised;
  const File& from = at(disk);
  File& to = at(delta);
  if (to.removed) return is_gone(to.path);
  to.origin.reset();
  const auto done = tool_.copy_top_layer(from.path, from.format, to.path, from.guest->backing_file());
  if (!done) return done;
  const auto length = length_of(to.path);
  if (!length) return length.error();
  to.origin = ImageOrigin{disk, state_of(disk), DiskFormat::qcow2, *length};
  return {};
}

DiskResult<void> QemuDisks::remove(FileId file) {
  File& gone = at(file);
  gone.removed = true;
  if (gone.guest) {
    gone.guest->remove();
    return {};
  }
  std::error_code failed;
  fs::remove(gone.path, failed);
  if (failed) return disk_error("remove " + gone.path.string(), failed);
  return {};
}

DiskResult<std::int64_t> QemuDisks::file_bytes(FileId file) {
  return length_of(at(file).path);
}

const fs::path& QemuDisks::path_of(FileId file) const {
  return at(file).path;
}

const ImageOrigin* QemuDisks::origin_of(FileId file) const {
  const auto& origin = at(file).origin;
  return origin ? &*origin : nullptr;
}

const DiskContent& QemuDisks::content_of(FileId disk) const {
  return at(disk).guest->content();
}

DiskState QemuDisks::state_of(FileId disk) const {
  const File& file = at(disk);
  return file.torn.value_or(at_generation(file.generation));
}

DiskResult<void> QemuDisks::materialise(FileId disk) {
  File& file = at(disk);
  if (file.removed) return is_gone(file.path);
  return file.guest->bring_to(state_of(disk));
}

bool QemuDisks::is_sealed(FileId disk) const {
  return at(disk).guest->is_sealed();
}

DiskResult<ReferenceDisk> QemuDisks::disk_at(FileId disk, std::uint64_t generation) {
  return source_in_state(disk, at_generation(generation));
}

DiskResult<ReferenceDisk> QemuDisks::source_in_state(FileId disk, const DiskState& state) {
  File& file = at(disk);
  if (file.removed || !is_behind_or_at(file.guest->state(), state)) return rebuilt_disk(disk, state);
  const auto brought = file.guest->bring_to(state);
  if (!brought) return brought.error();
  return ReferenceDisk(file.path, file.format, false);
}

DiskResult<ReferenceDisk> QemuDisks::rebuilt_disk(FileId disk, const DiskState& state) {
  const GuestDisk& guest = *at(disk).guest;
  ReferenceDisk scratch(tool_.folder() / ("scratch-" + std::to_string(scratch_disks_made_++)), DiskFormat::raw, true);
  const auto made =
      write_raw_file(scratch.path(), guest.spec().size_bytes, guest.content(), {0, guest.content().blocks()}, state);
  if (!made) return made.error();
  return scratch;
}

}  // namespace snapsim
