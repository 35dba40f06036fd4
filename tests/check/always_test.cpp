#include <initializer_list>

#include <catch2/catch.hpp>

#include "sim/check/invariant.hpp"

// What the invariants that are looked at always know of the steps so far, record by record.

namespace snapsim {
namespace {

TraceRecord record(TraceKind kind, std::uint8_t code, std::uint32_t subject) {
  TraceRecord made;
  made.kind = kind;
  made.code = code;
  made.subject = subject;
  made.virtual_us = 1234;
  return made;
}

TraceRecord task_begun(std::uint32_t instance, std::uint32_t host, std::uint32_t request = TraceRecord::none) {
  TraceRecord made = record(TraceKind::task_begun, 0, instance);
  made.host = host;
  made.request = request;
  return made;
}

TraceRecord task_ended(std::uint32_t instance) {
  return record(TraceKind::task_ended, 0, instance);
}

TraceRecord process_died(Component component, std::uint32_t host) {
  TraceRecord made = record(TraceKind::process_died, 0, host);
  made.component = component;
  made.host = host;
  return made;
}

TraceRecord task_state_written(TaskState from, TaskState to) {
  TraceRecord made = record(TraceKind::task_state_written, static_cast<std::uint8_t>(to), 0);
  made.a = static_cast<std::int64_t>(from);
  return made;
}

TraceRecord vm_state_written(VmState state) {
  return record(TraceKind::vm_state_written, static_cast<std::uint8_t>(state), 0);
}

TraceRecord request_sent(Action action, std::uint32_t request) {
  TraceRecord made = record(TraceKind::request_sent, static_cast<std::uint8_t>(action), 0);
  made.a = request;
  return made;
}

TraceRecord image_status(ImageStatus from, ImageStatus to, std::uint32_t request) {
  TraceRecord made = record(TraceKind::image_status, static_cast<std::uint8_t>(to), 0);
  made.a = static_cast<std::int64_t>(from);
  made.request = request;
  return made;
}

TraceRecord image_made(std::uint32_t request) {
  TraceRecord made = record(TraceKind::image_status, static_cast<std::uint8_t>(ImageStatus::queued), 0);
  made.a = -1;
  made.request = request;
  return made;
}

Violations watch(std::initializer_list<TraceRecord> records) {
  Checker checker;
  for (const TraceRecord& seen : records) checker.observe(seen);
  return checker.violations();
}

}  // namespace

TEST_CASE("a process that died ends the tasks of its host", "[check]") {
  CHECK(watch({task_begun(0, 1), process_died(Component::nova_compute, 1), task_begun(0, 1)}).empty());
}

TEST_CASE("a process that died ends no task of another host", "[check]") {
  const Violations found = watch({task_begun(0, 1), process_died(Component::nova_compute, 2), task_begun(0, 1)});
  REQUIRE(found.size() == 1);
  CHECK(found[0].invariant == "one_task_per_instance");
  CHECK(found[0].virtual_us == 1234);
}

TEST_CASE("a process that died ends the tasks of all instances of its host and of no other", "[check]") {
  const Violations found =
      watch({task_begun(0, 1), task_begun(1, 0), task_begun(2, 1), process_died(Component::nova_compute, 1),
             task_begun(0, 1), task_begun(1, 0), task_begun(2, 1)});
  REQUIRE(found.size() == 1);
  CHECK(found[0].subject == 1);
}

TEST_CASE("only nova-compute has tasks that end when it dies", "[check]") {
  for (const Component component : {Component::nova_api, Component::glance, Component::queue, Component::hypervisor}) {
    INFO(to_string(component));
    CHECK(watch({task_begun(0, 0), process_died(component, 0), task_begun(0, 0)}).size() == 1);
  }
}

TEST_CASE("a third task is a second breach, and a task that ended makes room", "[check]") {
  CHECK(watch({task_begun(0, 0), task_begun(0, 0), task_begun(0, 0)}).size() == 2);
  CHECK(watch({task_begun(0, 0), task_begun(0, 0), task_ended(0), task_begun(0, 0)}).size() == 2);
  CHECK(watch({task_begun(0, 0), task_ended(0), task_begun(0, 0)}).empty());
}

TEST_CASE("a message that is delivered anew after its nova-compute died has its effect twice", "[check]") {
  TraceRecord event_started = task_begun(0, 0, 3);
  event_started.kind = TraceKind::event_started;
  const TraceRecord died = process_died(Component::nova_compute, 0);
  CHECK(watch({task_begun(0, 0, 3), died, task_begun(0, 0, 3), event_started}).empty());  // the first had none
  const Violations found = watch({task_begun(0, 0, 3), event_started, died, task_begun(0, 0, 3), event_started});
  REQUIRE(found.size() == 1);
  CHECK(found[0].invariant == "message_takes_effect_once");
  CHECK(found[0].subject_kind == Violation::Subject::request);
  CHECK(found[0].subject == 3);
}

TEST_CASE("after deleting only the end of the deletion may follow", "[check]") {
  using enum TaskState;
  CHECK(watch({task_state_written(none, deleting), task_state_written(deleting, deleting)}).empty());
  CHECK(watch({task_state_written(none, deleting), vm_state_written(VmState::deleted),
               task_state_written(deleting, none)})
            .empty());
  const Violations revived = watch(
      {task_state_written(none, deleting), vm_state_written(VmState::active), task_state_written(deleting, none)});
  REQUIRE(revived.size() == 1);
  CHECK(revived[0].invariant == "deleting_is_final");
  // Long after it, too.
  const Violations later = watch({task_state_written(none, deleting), task_state_written(deleting, none),
                                  task_state_written(none, image_snapshot_pending)});
  CHECK(later.size() == 2);
}

TEST_CASE("an active image may go by a request to delete it and by rotation only", "[check]") {
  for (int number = 0; number <= static_cast<int>(Action::restart); ++number) {
    const auto action = static_cast<Action>(number);
    const bool may = action == Action::delete_image || action == Action::create_backup;
    INFO(number);
    const Violations found =
        watch({request_sent(action, 5), image_status(ImageStatus::active, ImageStatus::deleted, 5)});
    CHECK(found.empty() == may);
  }
}

TEST_CASE("the image of a shelve goes once its server is to be unshelved or deleted", "[check]") {
  using enum ImageStatus;
  for (int number = 0; number <= static_cast<int>(Action::restart); ++number) {
    const auto action = static_cast<Action>(number);
    const bool may = action == Action::delete_image || action == Action::create_backup || action == Action::unshelve ||
                     action == Action::delete_ || action == Action::force_delete;
    INFO(number);
    CHECK(watch({request_sent(Action::shelve, 0), image_made(0), request_sent(action, 1),
                 image_status(active, deleted, 1)})
              .empty() == may);
  }
  // Whoever then does it: nova-compute may take an unshelve up again when it starts.
  CHECK(watch({request_sent(Action::shelve, 0), image_made(0), request_sent(Action::unshelve, 1),
               image_status(active, deleted, TraceRecord::none)})
            .empty());
  CHECK_FALSE(watch({request_sent(Action::create_image, 0), image_made(0), request_sent(Action::delete_, 1),
                     image_status(active, deleted, 1)})
                  .empty());
}

TEST_CASE("an active image that falls back is not kept, whoever asked for what else", "[check]") {
  const Violations found = watch({request_sent(Action::delete_image, 1), request_sent(Action::create_image, 0),
                                  image_status(ImageStatus::active, ImageStatus::queued, 0)});
  REQUIRE(found.size() == 2);
  CHECK(found[0].invariant == "active_image_is_kept");
  CHECK(found[1].invariant == "legal_image_transitions");
}

TEST_CASE("an image that was deactivated was once active and is kept like one", "[check]") {
  using enum ImageStatus;
  CHECK(watch({image_status(active, deactivated, 0), image_status(deactivated, active, 0)}).empty());
  const Violations found = watch({image_status(active, deactivated, 0), image_status(deactivated, deleted, 0)});
  REQUIRE(found.size() == 1);
  CHECK(found[0].invariant == "active_image_is_kept");
  CHECK(watch({request_sent(Action::delete_image, 0), image_status(deactivated, deleted, 0)}).empty());
}

TEST_CASE("images that never were active may go", "[check]") {
  using enum ImageStatus;
  for (const ImageStatus from : {queued, saving, uploading, importing, killed}) {
    CHECK(watch({image_status(from, deleted, 0)}).empty());
  }
}

TEST_CASE("records that concern no invariant change nothing", "[check]") {
  for (const TraceKind kind : {TraceKind::log, TraceKind::http, TraceKind::message_delivered, TraceKind::choice,
                               TraceKind::process_started, TraceKind::task_state_refused}) {
    INFO(to_string(kind));
    CHECK(watch({task_begun(0, 0), record(kind, 0, 0), task_begun(0, 0)}).size() == 1);
  }
}

}  // namespace snapsim
