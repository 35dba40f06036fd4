#include <algorithm>
#include <vector>

#include <catch2/catch.hpp>

#include "sim/check/invariant.hpp"
#include "tests/fake_glance/bench.hpp"

namespace snapsim {
namespace {

TraceRecord transition(TraceKind kind, int from, int to) {
  TraceRecord made;
  made.kind = kind;
  made.code = static_cast<std::uint8_t>(to);
  made.subject = 0;
  made.a = from;
  return made;
}

bool is_found(std::string_view invariant, const TraceRecord& record) {
  Checker checker;
  checker.observe(record);
  return std::any_of(checker.violations().begin(), checker.violations().end(),
                     [invariant](const Violation& violation) { return violation.invariant == invariant; });
}

bool is_illegal(TaskState from, TaskState to) {
  return is_found("legal_task_state_transitions",
                  transition(TraceKind::task_state_written, static_cast<int>(from), static_cast<int>(to)));
}

/// The ways of the task_state, task by task, each from null through its states; what is written twice in a row is no
/// step of its own. The cold and the live snapshot pass pending upload and uploading twice: the driver tries a direct
/// snapshot first.
const std::vector<std::vector<TaskState>>& ways_of_tasks() {
  using enum TaskState;
  static const std::vector<std::vector<TaskState>> ways{
      {none, image_snapshot_pending, image_snapshot, image_pending_upload, image_uploading, image_pending_upload,
       image_uploading, none},
      {none, image_snapshot_pending, image_snapshot, image_pending_upload, image_uploading, none},
      {none, image_backup, image_pending_upload, image_uploading, image_pending_upload, image_uploading, none},
      {none, shelving, shelving_image_pending_upload, shelving_image_uploading, shelving_image_pending_upload,
       shelving_image_uploading, none},
      {none, shelving, shelving_image_pending_upload, shelving_image_uploading, shelving_offloading, none},
      {none, shelving_offloading, none},
      {none, unshelving, spawning, none},
      {none, rebuilding, rebuild_block_device_mapping, rebuild_spawning, none},
      {none, pausing, none},
      {none, unpausing, none},
      {none, suspending, none},
      {none, resuming, none},
      {none, powering_off, none},
      {none, powering_on, none},
      {none, rescuing, none},
      {none, unrescuing, none},
      {none, soft_deleting, none},
      {none, restoring, none},
      {none, rebooting, reboot_pending, reboot_started, none},
      {none, rebooting_hard, reboot_pending_hard, reboot_started_hard, none},
      {none, deleting, none},
  };
  return ways;
}

}  // namespace

TEST_CASE("the checker's table of image transitions is Glance's, for every pair of statuses", "[check]") {
  for (const ImageStatus from : testing::all_image_statuses()) {
    for (const ImageStatus to : testing::all_image_statuses()) {
      INFO(to_string(from) << " -> " << to_string(to));
      const TraceRecord record = transition(TraceKind::image_status, static_cast<int>(from), static_cast<int>(to));
      CHECK(is_found("legal_image_transitions", record) == !testing::glance_allows(from, to));
    }
  }
}

TEST_CASE("an image begins queued and as nothing else", "[check]") {
  for (const ImageStatus status : testing::all_image_statuses()) {
    const TraceRecord record = transition(TraceKind::image_status, -1, static_cast<int>(status));
    CHECK(is_found("legal_image_transitions", record) == (status != ImageStatus::queued));
  }
}

TEST_CASE("every way of a task through its task_states is legal", "[check]") {
  for (const std::vector<TaskState>& way : ways_of_tasks()) {
    for (std::size_t i = 1; i < way.size(); ++i) {
      INFO(to_string(way[i - 1]) << " -> " << to_string(way[i]));
      CHECK(!is_illegal(way[i - 1], way[i]));
    }
  }
}

TEST_CASE("any task may be reverted to null, and any instance may be deleted", "[check]") {
  for (int from = 0; from <= static_cast<int>(TaskState::spawning); ++from) {
    for (const TaskState to : {TaskState::none, TaskState::deleting, TaskState::soft_deleting}) {
      CHECK(!is_illegal(static_cast<TaskState>(from), to));
    }
  }
}

TEST_CASE("a snapshot begins from null, skips none of its states and goes back only from one upload to the next",
          "[check]") {
  using enum TaskState;
  const std::vector<TaskState> snapshot{none, image_snapshot_pending, image_snapshot, image_pending_upload,
                                        image_uploading};
  for (std::size_t from = 0; from < snapshot.size(); ++from) {
    for (std::size_t to = 1; to < snapshot.size(); ++to) {
      INFO(to_string(snapshot[from]) << " -> " << to_string(snapshot[to]));
      const bool goes_on = to == from + 1;
      const bool begins_next_upload = snapshot[from] == image_uploading && snapshot[to] == image_pending_upload;
      CHECK(is_illegal(snapshot[from], snapshot[to]) == !(goes_on || begins_next_upload));
    }
  }
}

TEST_CASE("no other task begins while a snapshot is at work", "[check]") {
  using enum TaskState;
  for (const TaskState from : {image_snapshot_pending, image_snapshot, image_pending_upload, image_uploading}) {
    for (const TaskState to :
         {image_backup, shelving, unshelving, rebooting, rebooting_hard, pausing, unpausing, suspending, resuming,
          powering_off, powering_on, rescuing, unrescuing, rebuilding, restoring, spawning}) {
      INFO(to_string(from) << " -> " << to_string(to));
      CHECK(is_illegal(from, to));
    }
  }
}

}  // namespace snapsim
