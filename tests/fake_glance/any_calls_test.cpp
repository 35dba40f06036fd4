#include <algorithm>
#include <ostream>
#include <vector>

#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

#include "tests/fake_glance/bench.hpp"

// Goal: whatever clients do, in whatever order, Glance never makes a transition that its own table forbids, and keeps
// no bytes that nobody will ever remove. Method: any sequence of calls on a few images, with a store that fills up and
// breaks down; the steps of an upload come only in the order in which one HTTP request makes them.

namespace snapsim {
namespace {

enum class Call : int { create, set_formats, remove, begin_upload, append, finish, abort, break_down, repair };

struct Step {
  Call call{};
  std::uint32_t image = 0;
  std::int64_t bytes = 0;
};

void showValue(const Step& step, std::ostream& out) {
  static constexpr const char* names[] = {"create", "set_formats", "remove",     "begin_upload", "append",
                                          "finish", "abort",       "break_down", "repair"};
  out << names[static_cast<int>(step.call)] << " image " << step.image << " bytes " << step.bytes;
}

rc::Gen<std::vector<Step>> any_steps() {
  using enum Call;
  const auto step = rc::gen::build<Step>(rc::gen::set(&Step::call, rc::gen::weightedElement<Call>({{2, create},
                                                                                                   {3, set_formats},
                                                                                                   {2, remove},
                                                                                                   {5, begin_upload},
                                                                                                   {5, append},
                                                                                                   {4, finish},
                                                                                                   {1, abort},
                                                                                                   {1, break_down},
                                                                                                   {2, repair}})),
                                         rc::gen::set(&Step::image, rc::gen::inRange<std::uint32_t>(0, 4)),
                                         rc::gen::set(&Step::bytes, rc::gen::inRange<std::int64_t>(0, 60)));
  return rc::gen::container<std::vector<Step>>(step);
}

/// Plays the steps; those that no client could make are left out.
class Player {
 public:
  /// Two images are there that wait for their data, and one without formats.
  Player() {
    bench_.image_with_formats();
    bench_.image_with_formats();
    bench_.glance.create(InstanceUuid(0), 0);
  }

  void play(const Step& step) {
    if (step.call == Call::create) bench_.glance.create(InstanceUuid(0), 0);
    if (step.call == Call::break_down) bench_.store.break_down(StoreError::Kind::failed);
    if (step.call == Call::repair) bench_.store.repair();
    if (step.image >= bench_.glance.image_count()) return;
    is_uploading_.resize(bench_.glance.image_count());
    call(step);
    check_what_is_always_true();
  }

  const std::vector<testing::StatusLog::Change>& changes() const { return bench_.log.changes(); }

 private:
  void call(const Step& step) {
    const ImageId image(step.image);
    const bool is_uploading = is_uploading_[step.image];
    switch (step.call) {
      case Call::set_formats:
        (void)bench_.glance.set_formats(image, DiskFormat::qcow2);
        break;
      case Call::remove:
        (void)bench_.glance.remove(image);
        break;
      case Call::begin_upload:
        if (bench_.glance.begin_upload(image)) is_uploading_[step.image] = true;
        break;
      case Call::append:
        if (is_uploading)
          is_uploading_[step.image] = bool(bench_.glance.append_upload(image, {FileId(1), 0, step.bytes}));
        break;
      case Call::finish:
        if (is_uploading) (void)bench_.glance.finish_upload(image);
        is_uploading_[step.image] = false;
        break;
      case Call::abort:
        if (is_uploading) bench_.glance.abort_upload(image);
        is_uploading_[step.image] = false;
        break;
      default:
        break;
    }
  }

  /// Between any two calls.
  void check_what_is_always_true() {
    for (std::uint32_t i = 0; i < bench_.glance.image_count(); ++i) {
      const ImageRecord& record = bench_.glance.record(ImageId(i));
      const std::int64_t bytes = bench_.store.bytes_kept(ImageId(i));
      const bool is_uploading = i < is_uploading_.size() && is_uploading_[i];
      RC_ASSERT(bytes == 0 || record.status == ImageStatus::active || is_uploading);
      RC_ASSERT((record.status == ImageStatus::saving) <= is_uploading);
      RC_ASSERT((record.size_bytes >= 0) <=
                (record.status == ImageStatus::active || record.status == ImageStatus::deleted));
      RC_ASSERT(record.status != ImageStatus::active || record.size_bytes == bytes);
      RC_ASSERT(record.status != ImageStatus::active || record.has_formats);
    }
  }

  testing::GlanceBench bench_{100};
  std::vector<bool> is_uploading_;
};

}  // namespace

TEST_CASE("any sequence of calls makes legal transitions only and leaves no bytes without an image",
          "[fake_glance][property]") {
  rc::prop("legal transitions, and bytes only of images that are active or being uploaded", []() {
    const std::vector<Step> steps = *any_steps();
    Player player;
    for (const Step& step : steps) player.play(step);
    for (const testing::StatusLog::Change& change : player.changes()) {
      const bool is_legal =
          change.is_new ? change.to == ImageStatus::queued : testing::glance_allows(change.from, change.to);
      RC_ASSERT(is_legal);
    }
    const auto becomes = [&player](ImageStatus status) {
      return std::count_if(player.changes().begin(), player.changes().end(),
                           [status](const testing::StatusLog::Change& change) { return change.to == status; });
    };
    RC_CLASSIFY(becomes(ImageStatus::active) > 0, "an image became active");
    RC_CLASSIFY(becomes(ImageStatus::deleted) > 0, "an image was deleted");
  });
}

}  // namespace snapsim
