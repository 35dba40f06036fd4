#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/explain/snapshot_story.hpp"

namespace snapsim {

/// A line of a story as two stories are compared by it: no ids and no times.
struct SignatureToken {
  EventKind kind{};
  bool is_foreign = false;
  bool is_debug = false;
  bool is_late = false;  ///< it came long after what was before it: something waited for an answer or a message
  std::int64_t number = 0;
  std::string detail;
  std::vector<std::uint32_t> words;  ///< hashes of an exception's words, sorted; numbers and ids left out
  std::size_t event = 0;             ///< index into the story's events

  /// Whether both say the same; words aside.
  bool says_same(const SignatureToken& other) const {
    return kind == other.kind && is_foreign == other.is_foreign && number == other.number && detail == other.detail;
  }
};

/// A story as the lines of each service, in their order. Lines of different services have no order: their clocks may
/// differ.
struct Signature {
  std::array<std::vector<SignatureToken>, side_count> sides;

  /// Equal for two signatures that cannot be told apart.
  std::uint64_t fingerprint() const;
};

Signature signature_of(const LogBook& book, const SnapshotStory& story);

/// What the logs can show at all.
struct Visibility {
  /// What it costs that a line is missing that may only be cut off, as a part of what it costs elsewhere.
  static constexpr double usual_cut_factor = 0.1;

  std::array<bool, side_count> has_side{};
  std::array<bool, side_count> has_debug{};
  /// Whether the log of that service ends with the story, so that what is missing at its end may only be cut off.
  std::array<bool, side_count> is_cut{};
  /// That factor at the end of a log; 0 where all logs end in the middle of the story.
  double cut_factor = usual_cut_factor;
  /// Whether the logs begin in the middle of the story, so that what is missing at its beginning may only be cut off.
  bool begins_late = false;

  double begin_factor() const { return begins_late ? usual_cut_factor : 1.0; }
  double end_factor(std::size_t side) const { return is_cut[side] ? cut_factor : 1.0; }
};

Visibility visibility_of(const LogBook& book, const SnapshotStory& story);

/// How well a simulated run explains what was seen.
struct Comparison {
  double cost = 0;                       ///< 0: the same lines
  std::vector<std::size_t> matched;      ///< events of the story that the run has too
  std::vector<std::size_t> unexplained;  ///< events of the story that the run has not
  std::vector<EventKind> missing;        ///< lines of the run that the logs should show and do not
};

/// The cost alone.
double distance(const Signature& seen, const Visibility& visible, const Signature& simulated);
Comparison compare(const Signature& seen, const Visibility& visible, const Signature& simulated);

}  // namespace snapsim
