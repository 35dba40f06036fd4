#include "sim/report/result_texts.hpp"

#include <catch2/catch.hpp>

#include "sim/nova/exceptions.hpp"
#include "sim/report/names.hpp"
#include "tests/report/sample_trace.hpp"

namespace snapsim {
namespace {

RequestResult refused(int status, const Failure& failure) {
  RequestResult reply;
  reply.status = status;
  reply.instance = 0;
  reply.failure = failure;
  return reply;
}

}  // namespace

TEST_CASE("a refusal reads as nova-api words it, and is as long", "[report]") {
  const SampleRun run = happy_cold_run();
  const RunNames names(run.record());
  const std::string instance = instance_uuid_text(0, 7);

  // The lengths are those that a real nova-api logged for the same answers.
  const auto deleted = static_cast<std::uint8_t>(VmState::deleted);
  const RequestResult gone = refused(409, InstanceInvalidState(InvalidStateAttribute::vm_state, deleted).failure());
  CHECK(answer_text(names, gone) == "Cannot 'createImage' instance " + instance + " while it is in vm_state deleted");
  CHECK(answer_bytes(names, gone) == 572);

  const auto uploading = static_cast<std::uint8_t>(TaskState::image_uploading);
  RequestResult busy = refused(409, InstanceInvalidState(InvalidStateAttribute::task_state, uploading).failure());
  busy.action = Action::reboot;
  CHECK(answer_text(names, busy) ==
        "Cannot 'reboot' instance " + instance + " while it is in task_state image_uploading");
  CHECK(answer_bytes(names, busy) == 577);

  const RequestResult race =
      refused(500, UnexpectedTaskStateError(TaskState::none, TaskState::image_snapshot).failure());
  CHECK(answer_text(names, race) ==
        "Unexpected API Error. Please report this at http://bugs.launchpad.net/nova/ and attach the Nova API log if "
        "possible.\n<class 'nova.exception.UnexpectedTaskStateError'>");
  CHECK(answer_bytes(names, race) == 648);
  CHECK(answer_bytes(names, refused(500, HttpException(413).failure())) == 639);

  CHECK(answer_text(names, refused(404, InstanceNotFound().failure())) ==
        "Instance " + instance + " could not be found.");
  CHECK(answer_text(names, refused(202, {})).empty());
  CHECK(answer_bytes(names, refused(202, {})) == 458);
  CHECK(answer_text(names, refused(0, {})).empty());
}

TEST_CASE("words are put into a result that has only numbers", "[report]") {
  SampleRun run = failed_cold_run();
  run.result.requests[0] = refused(404, InstanceNotFound().failure());
  add_texts(run.scenario, run.trace, run.result);
  CHECK(run.result.requests[0].message == "Instance " + instance_uuid_text(0, 7) + " could not be found.");
  CHECK(run.result.instances[0].fault.starts_with("Image " + guest_disk_path(0, 7) + " is unacceptable: "));

  const RunResult before = run.result;
  add_texts(run.scenario, run.trace, run.result);
  CHECK(run.result.instances[0].fault == before.instances[0].fault);
}

TEST_CASE("nothing failed, nothing is said", "[report]") {
  SampleRun run = happy_cold_run();
  add_texts(run.scenario, run.trace, run.result);
  CHECK(run.result.requests[0].message.empty());
  CHECK(run.result.instances[0].fault.empty());
}

}  // namespace snapsim
