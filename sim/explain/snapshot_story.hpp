#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/explain/log_book.hpp"

namespace snapsim {

/// One line of a story.
struct StoryEvent {
  LogEvent event;
  Side side{};
  bool is_foreign = false;  ///< of another request, or of a service itself
};

/// All lines that belong to one createImage or createBackup request, in the order of time.
struct SnapshotStory {
  std::string request;         ///< "req-..."
  std::string global_request;  ///< empty: none
  std::string instance;        ///< uuid; empty: the logs do not tell
  std::string image;           ///< id; empty: the logs do not tell
  std::string image_name;      ///< empty: the logs do not tell
  bool is_backup = false;
  std::int64_t begin_us = 0;     ///< of its own lines
  std::int64_t last_own_us = 0;  ///< of its own lines
  std::vector<StoryEvent> events;

  bool has(EventKind kind) const { return find(kind) != nullptr; }
  bool has_any(EventKind kind) const { return find_any(kind) != nullptr; }
  /// The first such line of its own, or nullptr.
  const StoryEvent* find(EventKind kind) const;
  /// The first such line, whoever's, or nullptr.
  const StoryEvent* find_any(EventKind kind) const;
};

/// Every snapshot that the logs tell of, in the order of their beginnings. A story ends where the next one on the same
/// instance begins after it.
std::vector<SnapshotStory> find_stories(const LogBook& book);

}  // namespace snapsim
