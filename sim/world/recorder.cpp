#include "sim/world/recorder.hpp"

#include <bit>
#include <utility>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace snapsim {
namespace {

static_assert(std::endian::native == std::endian::little, "the fingerprint is taken over little-endian records");

/// A trace that is not kept is hashed and dropped in pieces of this many records.
constexpr std::size_t piece = 512;

bool is_change(TraceKind kind) {
  switch (kind) {
    case TraceKind::vm_state_written:
    case TraceKind::task_state_written:
    case TraceKind::power_state_written:
    case TraceKind::guest_changed:
    case TraceKind::image_status:
      return true;
    default:
      return false;
  }
}

bool is_event(const TraceRecord& record) {
  switch (record.kind) {
    case TraceKind::operation_begun:
    case TraceKind::http:
    case TraceKind::log:
    case TraceKind::choice:
      return false;
    case TraceKind::operation_ended:
      return record.b != 0;
    default:
      return true;
  }
}

}  // namespace

struct Recorder::Digest {
  XXH3_state_t state;
};

Recorder::Recorder(const Engine& engine, Checker& checker, Keep keep)
    : engine_(engine), checker_(checker), keep_(keep) {
  if (keep != Keep::nothing) records_.reserve(keep == Keep::trace ? 192 : 256);
}

Recorder::~Recorder() = default;

void Recorder::write(TraceRecord record) {
  last_time_ = engine_.now();
  record.virtual_us = last_time_.time_since_epoch().count();
  ++count_;
  changes_ += is_change(record.kind);
  events_ += is_event(record);
  dealings_.recorded(record);
  if (keep_ != Keep::nothing) records_.push_back(record);
  checker_.observe(record);
  if (keep_ == Keep::fingerprint && records_.size() == piece) digest_pending();
  if (observer_) observer_->recorded(record);
}

void Recorder::digest_pending() {
  if (!digest_) {
    digest_ = std::make_unique<Digest>();
    XXH3_128bits_reset(&digest_->state);
  }
  XXH3_128bits_update(&digest_->state, records_.data() + digested_,
                      (records_.size() - digested_) * sizeof(TraceRecord));
  if (keep_ == Keep::trace) {
    digested_ = records_.size();
  } else {
    records_.clear();
  }
}

Fingerprint Recorder::fingerprint() {
  XXH128_hash_t hash;
  if (digest_) {
    digest_pending();
    hash = XXH3_128bits_digest(&digest_->state);
  } else {
    hash = XXH3_128bits(records_.data(), records_.size() * sizeof(TraceRecord));
  }
  return {hash.high64, hash.low64};
}

}  // namespace snapsim
