#include <algorithm>
#include <cstdint>
#include <optional>
#include <ostream>
#include <stdexcept>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

#include "fake_hypervisor/model_disks.hpp"
#include "tests/real/test_support.hpp"

// ModelDisks and QemuDisks are twins: the same calls give the same files, the same failures and, for every image that
// could be uploaded, the same length. (Guest disks and deltas over a base image are longer in the model, which does not
// know what is in the base.) Method: each call is made to both, the real one on files by qemu-img.

namespace snapsim {
namespace {

using test::disk_spec;
using test::mib;
using test::overlay_spec;

bool has_qemu_img() {
  if (!test::shell("command -v qemu-img || true").empty()) return true;
  WARN("qemu-img (package qemu-utils) is not installed: skipped.");
  return false;
}

/// What came of a call, without what may tell the twins apart: the tool's own words.
struct Outcome {
  std::optional<DiskError::Kind> failure;
  FileId file;             ///< that was made
  std::int64_t bytes = 0;  ///< that were counted

  explicit operator bool() const { return !failure; }
  bool operator==(const Outcome&) const = default;
};

Outcome outcome_of(const DiskResult<FileId>& result) {
  return result ? Outcome{{}, *result, 0} : Outcome{result.error().kind, {}, 0};
}
Outcome outcome_of(const DiskResult<std::int64_t>& result) {
  return result ? Outcome{{}, {}, *result} : Outcome{result.error().kind, {}, 0};
}
Outcome outcome_of(const DiskResult<void>& result) {
  return result ? Outcome{} : Outcome{result.error().kind, {}, 0};
}

std::string text(const Outcome& outcome) {
  if (outcome.failure) return "failure of kind " + std::to_string(static_cast<int>(*outcome.failure));
  return "file " + std::to_string(static_cast<std::int32_t>(outcome.file.value)) + ", " +
         std::to_string(outcome.bytes) + " bytes";
}

/// Both at once: each call is made to both, and throws where not the same came of it.
class Twins {
 public:
  Outcome create_guest_disk(const DiskSpec& spec) {
    return same("create_guest_disk", model_.create_guest_disk(spec), real().create_guest_disk(spec));
  }
  void guest_has_written(FileId disk, std::uint64_t generation) {
    model_.guest_has_written(disk, generation);
    real().guest_has_written(disk, generation);
  }
  Outcome convert(FileId source, DiskFormat format, std::uint64_t generation_at_begin) {
    return same("convert", model_.convert(source, format, generation_at_begin),
                real().convert(source, format, generation_at_begin));
  }
  Outcome create_delta(FileId disk) {
    return same("create_delta", model_.create_delta(disk), real().create_delta(disk));
  }
  Outcome mirror(FileId disk, FileId delta) {
    return same("mirror", model_.mirror(disk, delta), real().mirror(disk, delta));
  }
  Outcome remove(FileId file) { return same("remove", model_.remove(file), real().remove(file)); }
  Outcome file_bytes(FileId file) { return same("file_bytes", model_.file_bytes(file), real().file_bytes(file)); }

  /// Of which generations a copy's front and back are; none where nothing was copied. Throws where they differ.
  std::vector<std::uint64_t> generations(FileId copy) {
    std::vector<std::uint64_t> modelled;
    const FileContent& content = model_.content(copy);
    if (content.extent_count > 0) {
      modelled = {content.extents[0].generation, content.extents[content.extent_count - 1u].generation};
    }
    std::vector<std::uint64_t> kept;
    if (const ImageOrigin* const origin = real().origin_of(copy)) kept = {origin->state.front, origin->state.back};
    if (modelled != kept) throw std::runtime_error("the twins' copies are of different generations");
    return modelled;
  }

 private:
  QemuDisks& real() { return bench_.disks; }

  template <class Result>
  static Outcome same(const std::string& call, const Result& of_model, const Result& of_real) {
    const Outcome modelled = outcome_of(of_model);
    const Outcome real = outcome_of(of_real);
    if (modelled == real) return modelled;
    throw std::runtime_error(call + ": " + text(modelled) + " in the model, " + text(real) + " in reality");
  }

  ModelDisks model_;
  test::Bench bench_;
};

}  // namespace

TEST_CASE("an image of a disk is as long as qemu-img makes it, for any use of the disk", "[parity]") {
  if (!has_qemu_img()) return;
  const std::vector<std::int64_t> used{0,       1,       512,         64 * 1024,   64 * 1024 + 1,
                                       100'000, 1 * mib, 3 * mib + 1, 8 * mib - 1, 8 * mib};
  for (const std::int64_t used_bytes : used) {
    for (const bool is_overlay : {false, true}) {
      for (const DiskFormat format : {DiskFormat::qcow2, DiskFormat::raw}) {
        if (is_overlay && format == DiskFormat::raw) continue;
        INFO(to_string(format) << (is_overlay ? " over a base image" : "") << ", " << used_bytes << " bytes used");
        Twins twins;
        DiskSpec spec = disk_spec("vm-1", format, 8, 0);
        spec.used_bytes = used_bytes;
        spec.has_backing_file = is_overlay;
        CHECK(twins.create_guest_disk(spec));
        for (const DiskFormat made : {DiskFormat::qcow2, DiskFormat::raw}) {
          const Outcome image = twins.convert(FileId(0), made, 0);
          CHECK(twins.file_bytes(image.file));
        }
      }
    }
  }
}

TEST_CASE("an image of a large and little used disk is as long as qemu-img makes it", "[parity]") {
  if (!has_qemu_img()) return;
  for (const std::int64_t size_mib : {511, 512, 513, 20 * 1024}) {
    for (const std::int64_t used_mib : {0, 2}) {
      INFO(size_mib << " MiB, " << used_mib << " MiB used");
      Twins twins;
      CHECK(twins.create_guest_disk(disk_spec("vm-1", DiskFormat::qcow2, size_mib, used_mib)));
      CHECK(twins.convert(FileId(0), DiskFormat::qcow2, 0));
      CHECK(twins.file_bytes(FileId(1)));
    }
  }
}

TEST_CASE("a live copy and what is extracted from it are the same to both twins", "[parity]") {
  if (!has_qemu_img()) return;
  for (const DiskSpec& spec : {disk_spec("vm-1", DiskFormat::qcow2, 8, 4), disk_spec("vm-1", DiskFormat::raw, 8, 4),
                               overlay_spec("vm-1", 8, 4)}) {
    INFO(to_string(spec.format) << (spec.has_backing_file ? " over a base image" : ""));
    Twins twins;
    const FileId disk(0);
    const FileId delta(1);
    const FileId image(2);
    CHECK(twins.create_guest_disk(spec));
    CHECK(twins.create_delta(disk));
    CHECK(twins.file_bytes(delta));
    CHECK(twins.generations(delta).empty());
    twins.guest_has_written(disk, 9);
    CHECK(twins.mirror(disk, delta));
    twins.guest_has_written(disk, 30);
    CHECK(twins.convert(delta, DiskFormat::qcow2, 9));
    CHECK(twins.file_bytes(image));
    CHECK(twins.generations(image) == std::vector<std::uint64_t>{9, 9});
    CHECK(twins.remove(delta));
    CHECK(!twins.file_bytes(delta));
  }
}

TEST_CASE("a copy under which the guest writes is torn in both twins", "[parity]") {
  if (!has_qemu_img()) return;
  Twins twins;
  CHECK(twins.create_guest_disk(disk_spec("vm-1", DiskFormat::qcow2, 8, 4)));
  twins.guest_has_written(FileId(0), 70);
  CHECK(twins.convert(FileId(0), DiskFormat::qcow2, 20));
  CHECK(twins.file_bytes(FileId(1)));
  CHECK(twins.generations(FileId(1)) == std::vector<std::uint64_t>{20, 70});
}

TEST_CASE("nothing can be made of a file that is gone, of neither twin, and no number is used up", "[parity]") {
  if (!has_qemu_img()) return;
  Twins twins;
  const FileId disk(0);
  const FileId delta(1);
  const FileId image(2);
  CHECK(twins.create_guest_disk(disk_spec("vm-1", DiskFormat::qcow2, 8, 4)));
  CHECK(twins.create_delta(disk));
  CHECK(twins.convert(disk, DiskFormat::qcow2, 0));
  for (const FileId file : {image, image, delta}) CHECK(twins.remove(file));
  CHECK(!twins.file_bytes(image));
  CHECK(!twins.convert(image, DiskFormat::raw, 0));
  CHECK(!twins.mirror(disk, delta));
  CHECK(twins.remove(disk));
  CHECK(!twins.convert(disk, DiskFormat::qcow2, 0));
  CHECK(!twins.create_delta(disk));
  CHECK(!twins.mirror(disk, delta));
  CHECK(twins.create_guest_disk(disk_spec("vm-2", DiskFormat::qcow2, 8, 4)).file == FileId(3));
}

namespace {

struct Step {
  enum class Call : int { write, convert, create_delta, mirror, remove } call{};
  std::uint32_t file = 0;    ///< which of the files that are there, counted round and round
  std::uint64_t writes = 0;  ///< the guest does more, or had done less when a copy began
  DiskFormat format{};
};

void showValue(const Step& step, std::ostream& out) {
  static constexpr const char* names[] = {"write", "convert", "create_delta", "mirror", "remove"};
  out << names[static_cast<int>(step.call)] << " file " << step.file << " writes " << step.writes << " "
      << to_string(step.format);
}

rc::Gen<std::vector<Step>> any_steps() {
  using enum Step::Call;
  return rc::gen::container<std::vector<Step>>(
      6, rc::gen::build<Step>(
             rc::gen::set(&Step::call, rc::gen::weightedElement<Step::Call>(
                                           {{3, write}, {4, convert}, {2, create_delta}, {2, mirror}, {1, remove}})),
             rc::gen::set(&Step::file, rc::gen::inRange<std::uint32_t>(0, 12)),
             rc::gen::set(&Step::writes, rc::gen::inRange<std::uint64_t>(0, 30)),
             rc::gen::set(&Step::format, rc::gen::element(DiskFormat::qcow2, DiskFormat::raw))));
}

/// Plays steps on both twins: one guest disk, file 0, and what is made of it.
class Player {
 public:
  explicit Player(const DiskSpec& spec) { twins_.create_guest_disk(spec); }

  void play(const Step& step) {
    const FileId file(step.file % static_cast<std::uint32_t>(kinds_.size()));
    switch (step.call) {
      case Step::Call::write:
        written_ += step.writes;
        twins_.guest_has_written(disk, written_);
        break;
      case Step::Call::convert:
        made(Kind::image, twins_.convert(file, step.format, written_ - std::min(written_, step.writes)));
        break;
      case Step::Call::create_delta:
        made(Kind::delta, twins_.create_delta(disk));
        break;
      case Step::Call::mirror:
        if (kinds_[file.value] == Kind::delta) twins_.mirror(disk, file);
        break;
      case Step::Call::remove:
        twins_.remove(file);
        break;
    }
    compare_images();
  }

 private:
  enum class Kind { guest_disk, delta, image };
  static constexpr FileId disk{0};

  void made(Kind kind, const Outcome& outcome) {
    if (outcome) kinds_.push_back(kind);
  }

  void compare_images() {
    for (std::uint32_t i = 0; i < kinds_.size(); ++i) {
      if (kinds_[i] != Kind::image) continue;
      twins_.generations(FileId(i));
      twins_.file_bytes(FileId(i));
    }
  }

  Twins twins_;
  std::vector<Kind> kinds_{Kind::guest_disk};
  std::uint64_t written_ = 0;
};

}  // namespace

TEST_CASE("any sequence of calls is the same to both twins", "[parity][property]") {
  if (!has_qemu_img()) return;
  rc::prop("files, failures, contents and lengths", []() {
    const auto used_mib = *rc::gen::inRange<std::int64_t>(1, 3);
    const DiskFormat format = *rc::gen::element(DiskFormat::qcow2, DiskFormat::raw);
    const std::vector<Step> steps = *any_steps();
    Player player(disk_spec("vm-1", format, 2, used_mib));
    for (const Step& step : steps) player.play(step);
  });
}

}  // namespace snapsim
