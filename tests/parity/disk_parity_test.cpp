#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <ostream>
#include <stdexcept>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

#include "fake_hypervisor/model_disks.hpp"
#include "real/image_verifier.hpp"
#include "sim/world/storage.hpp"
#include "tests/converted.hpp"
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
    return same("convert", converted(model_, source, format, generation_at_begin),
                converted(real(), source, format, generation_at_begin));
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

namespace {

using Fault = CopyFault::Kind;

/// The model with real files behind it: throws where the real tool ends in another way than the fault that was planned.
struct Copying {
  test::Bench bench;
  Disks disks{&bench.disks};

  /// How a copy of a new disk ends; the copy stays behind.
  std::optional<DiskError::Kind> outcome(const DiskSpec& spec, DiskFormat format, const CopyFault& fault) {
    const FileId disk = *disks.create_guest_disk(spec);
    const FileId out = *disks.begin_convert(disk, format);
    CHECK(disks.model().exists(out));
    CHECK(std::filesystem::exists(bench.disks.path_of(out)));
    const DiskResult<void> done = disks.finish_convert(out, 0, fault);
    CHECK(std::filesystem::exists(bench.disks.path_of(out)));
    CHECK(disks.model().content(out).is_whole() == done.has_value());
    CHECK((bench.disks.origin_of(out) != nullptr) == done.has_value());
    CHECK(bench.disks.is_sealed(disk));
    return done ? std::nullopt : std::optional(done.error().kind);
  }
};

}  // namespace

TEST_CASE("a copy fails in reality as it was planned to, and stays behind with less than the whole", "[parity]") {
  if (!has_qemu_img()) return;
  for (const DiskSpec& spec : {disk_spec("vm-1", DiskFormat::qcow2, 8, 4), disk_spec("vm-1", DiskFormat::raw, 8, 4),
                               overlay_spec("vm-1", 8, 4), disk_spec("vm-1", DiskFormat::qcow2, 8, 0)}) {
    for (const DiskFormat format : {DiskFormat::qcow2, DiskFormat::raw}) {
      Copying copying;
      CAPTURE(to_string(spec.format), spec.used_bytes, to_string(format));
      CHECK(copying.outcome(spec, format, {Fault::none, 0}) == std::nullopt);
      CHECK(copying.outcome(spec, format, {Fault::exit, 0}) == DiskError::Kind::exit);
      CHECK(copying.outcome(spec, format, {Fault::hang, 0}) == DiskError::Kind::timed_out);
      for (const std::int64_t after_bytes : {std::int64_t{0}, 1 * mib + 100, 1024 * mib}) {
        CAPTURE(after_bytes);
        CHECK(copying.outcome(spec, format, {Fault::killed, after_bytes}) == DiskError::Kind::killed);
        CHECK(copying.outcome(spec, format, {Fault::full, after_bytes}) == DiskError::Kind::no_space);
      }
    }
  }
}

TEST_CASE("a killed copy has written what it was let write", "[parity]") {
  if (!has_qemu_img()) return;
  Copying copying;
  const DiskSpec spec = disk_spec("vm-1", DiskFormat::qcow2, 8, 4);
  CHECK(copying.outcome(spec, DiskFormat::qcow2, {Fault::killed, 2 * mib}) == DiskError::Kind::killed);
  CHECK(*copying.disks.file_bytes(FileId(1)) == 2 * mib);
  CHECK(copying.disks.model().content(FileId(1)).extents[0].length == 2 * mib);
}

TEST_CASE("a copy whose source goes while it is made fails, in both twins", "[parity]") {
  if (!has_qemu_img()) return;
  Copying copying;
  const FileId disk = *copying.disks.create_guest_disk(disk_spec("vm-1", DiskFormat::qcow2, 8, 4));
  const FileId out = *copying.disks.begin_convert(disk, DiskFormat::qcow2);
  REQUIRE(copying.disks.remove(disk));
  const DiskResult<void> done = copying.disks.finish_convert(out, 0, {});
  REQUIRE(!done);
  CHECK(done.error().kind == DiskError::Kind::exit);
  const DiskResult<FileId> begun = copying.disks.begin_convert(disk, DiskFormat::qcow2);
  REQUIRE(!begun);
  CHECK(begun.error().kind == DiskError::Kind::exit);
}

namespace {

/// Disks with a store beside them, to which the files are copied as an upload would.
struct Restoring {
  test::Bench bench;
  QemuDisks real{bench.tool, [this](ImageId image) { return stored(image); }};
  Disks disks{&real};
  ImageVerifier verifier{real, bench.tool};

  std::filesystem::path stored(ImageId image) const {
    return bench.folder.path() / ("image-" + std::to_string(image.value));
  }
  FileId guest_disk(const DiskSpec& spec) { return *disks.create_guest_disk(spec); }
  /// A copy of the disk goes to the store, and is removed.
  StoredImage upload(FileId disk, DiskFormat format, std::uint64_t generation_at_begin) {
    const FileId copy = *converted(disks, disk, format, generation_at_begin);
    const ImageId image(copy.value);
    std::filesystem::copy_file(real.path_of(copy), stored(image));
    REQUIRE(disks.remove(copy));
    return {image, copy};
  }
  bool holds_what_was_written(FileId disk) {
    const auto verdict = verifier.verify_guest_disk(disk);
    REQUIRE(verdict);
    return verdict->identical;
  }
};

}  // namespace

TEST_CASE("a disk made from an image holds the image's disk, and its guest goes on from there", "[parity]") {
  if (!has_qemu_img()) return;
  for (const DiskFormat of_image : {DiskFormat::qcow2, DiskFormat::raw}) {
    for (const DiskFormat of_disk : {DiskFormat::qcow2, DiskFormat::raw}) {
      CAPTURE(to_string(of_image), to_string(of_disk));
      Restoring restoring;
      Disks& disks = restoring.disks;
      const DiskSpec spec = disk_spec("vm-1", DiskFormat::qcow2, 8, 4);
      const FileId vm_1 = restoring.guest_disk(spec);
      disks.guest_has_written(vm_1, 70);
      const StoredImage image = restoring.upload(vm_1, of_image, 70);
      disks.guest_has_written(vm_1, 90);

      const DiskResult<FileId> vm_2 = disks.create_guest_disk_from(disk_spec("vm-2", of_disk, 16, 2), image);
      REQUIRE(vm_2);
      CHECK(disks.model().content(*vm_2).guest_disk == vm_1);
      CHECK(disks.model().content(*vm_2).extents[0].generation == 70);
      CHECK(restoring.real.state_of(*vm_2) == at_generation(70));
      CHECK(restoring.holds_what_was_written(*vm_2));
      disks.guest_has_written(*vm_2, 75);
      CHECK(restoring.holds_what_was_written(*vm_2));
      CHECK(restoring.holds_what_was_written(vm_1));

      const StoredImage of_restored = restoring.upload(*vm_2, DiskFormat::qcow2, 75);
      const auto verdict = restoring.verifier.verify(restoring.stored(of_restored.image), of_restored.uploaded);
      REQUIRE(verdict);
      CHECK(verdict->defect == "");
    }
  }
}

TEST_CASE("a disk made from an image in its own instance's place can be copied live", "[parity]") {
  if (!has_qemu_img()) return;
  Restoring restoring;
  Disks& disks = restoring.disks;
  const DiskSpec spec = overlay_spec("vm-1", 8, 4);
  const FileId before = restoring.guest_disk(spec);
  disks.guest_has_written(before, 5);
  const StoredImage image = restoring.upload(before, DiskFormat::qcow2, 5);
  REQUIRE(disks.remove(before));
  const FileId after = *disks.create_guest_disk_from(spec, image);
  CHECK(restoring.real.path_of(after) == restoring.real.path_of(before));
  disks.guest_has_written(after, 12);
  const FileId delta = *disks.create_delta(after);
  REQUIRE(disks.mirror(after, delta));
  const StoredImage of_delta = restoring.upload(delta, DiskFormat::qcow2, 12);
  const auto verdict = restoring.verifier.verify(restoring.stored(of_delta.image), of_delta.uploaded);
  REQUIRE(verdict);
  CHECK(verdict->defect == "");
}

TEST_CASE("a disk whose image does not hold what it should is found out", "[parity]") {
  if (!has_qemu_img()) return;
  Restoring restoring;
  const DiskSpec spec = disk_spec("vm-1", DiskFormat::raw, 8, 4);
  const StoredImage image = restoring.upload(restoring.guest_disk(spec), DiskFormat::raw, 0);
  test::shell("printf x | dd of=" + restoring.stored(image.image).string() + " bs=1 seek=4096 conv=notrunc 2>&1");
  const FileId damaged = *restoring.disks.create_guest_disk_from(spec, image);
  CHECK(!restoring.holds_what_was_written(damaged));
}

TEST_CASE("a disk made from a torn image is as torn, and one of half an image cannot be made", "[parity]") {
  if (!has_qemu_img()) return;
  Restoring restoring;
  const DiskSpec spec = disk_spec("vm-1", DiskFormat::qcow2, 8, 4);
  const FileId disk = restoring.guest_disk(spec);
  restoring.disks.guest_has_written(disk, 70);
  const StoredImage torn = restoring.upload(disk, DiskFormat::qcow2, 20);
  const FileId restored = *restoring.disks.create_guest_disk_from(spec, torn);
  CHECK(!restoring.disks.model().content(restored).is_of_one_instant());
  CHECK(restoring.holds_what_was_written(restored));

  const FileId out = *restoring.disks.begin_convert(disk, DiskFormat::qcow2);
  REQUIRE(!restoring.disks.finish_convert(out, 0, {Fault::killed, 1 * mib}));
  const auto half = restoring.disks.create_guest_disk_from(spec, {ImageId(99), out});
  REQUIRE(!half);
  CHECK(half.error().kind == DiskError::Kind::unreadable);
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
