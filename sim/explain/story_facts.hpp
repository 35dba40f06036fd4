#pragma once

#include <string>
#include <vector>

#include "sim/explain/final_state.hpp"
#include "sim/explain/snapshot_story.hpp"

namespace snapsim {

/// The state of a simulated run, put right where the logs themselves say something else: the answer of nova-api, bytes
/// that Glance wrote, a state that was reverted, an image that was deleted.
FinalState corrected_state(const LogBook& book, const SnapshotStory& story, FinalState state);

/// Whether another task had the server, of which nova-compute's log shows nothing: what became of the server is
/// unknown.
bool has_unseen_task(const LogBook& book, const SnapshotStory& story);

/// Where the snapshot ended, in one sentence. `is_open`: its end is not in the logs.
std::string end_of(const LogBook& book, const SnapshotStory& story, bool is_open);

/// What a line tells, in words: the step, and what is special about it.
std::string step_text(const LogBook& book, const StoryEvent& each);

/// The temporary directories that the story's commands name, as they are on the host's disk.
std::vector<std::string> temporary_directories(const LogBook& book, const SnapshotStory& story);

}  // namespace snapsim
