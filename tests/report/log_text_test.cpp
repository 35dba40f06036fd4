#include "sim/report/log_text.hpp"

#include <regex>

#include <catch2/catch.hpp>

#include "sim/nova/log_messages.hpp"
#include "sim/report/exception_text.hpp"
#include "sim/report/names.hpp"
#include "tests/report/sample_trace.hpp"

namespace snapsim {
namespace {

TraceRecord log_record(LogMessage message, std::int64_t a = 0, std::int64_t b = 0) {
  TraceRecord record;
  record.kind = TraceKind::log;
  record.code = static_cast<std::uint8_t>(message);
  record.request = record.subject = 0;
  record.virtual_us = 100'000;
  record.a = a;
  record.b = b;
  return record;
}

const std::regex placeholder("\\{[a-z]+( [ab])?\\}");

}  // namespace

TEST_CASE("every log message is rendered without a placeholder left over", "[report]") {
  const SampleRun run = happy_cold_run();
  const RunNames names(run.record());
  for (int message = 0; message < log_message_count; ++message) {
    for (const std::int64_t number : {std::int64_t{-1}, std::int64_t{0}, std::int64_t{1}, std::int64_t{1} << 40}) {
      const std::string text = log_text(names, log_record(static_cast<LogMessage>(message), number, number));
      INFO(text);
      CHECK_FALSE(text.empty());
      CHECK_FALSE(std::regex_search(text, placeholder));
    }
  }
}

TEST_CASE("every failure has a class and a sentence", "[report]") {
  const SampleRun run = happy_cold_run();
  const RunNames names(run.record());
  for (int kind = 1; kind <= static_cast<int>(FailureKind::messaging_timeout); ++kind) {
    for (const std::int32_t code : {0, 1, 8, 28, 42, 404, 503, -9}) {
      const Failure failure{static_cast<FailureKind>(kind), 1, 2, code};
      const std::string summary = exception_summary(names, Failure::unpack(failure.packed()), {0, 0, 0});
      INFO(summary);
      CHECK(std::regex_search(summary, std::regex("^[A-Za-z_.]+: .")));
      CHECK(summary.find("unknown error") == std::string::npos);
      CHECK(summary.find('\n') == std::string::npos);
    }
  }
}

TEST_CASE("log messages read as Nova writes them", "[report]") {
  const SampleRun run = happy_cold_run();
  const RunNames names(run.record());
  const std::string image = image_id_text(0, 7);
  const std::string instance = instance_uuid_text(0, 7);
  const auto text = [&names](LogMessage message, std::int64_t a = 0, std::int64_t b = 0) {
    return log_text(names, log_record(message, a, b));
  };
  CHECK(text(LogMessage::took_seconds, 1'904'000) == "Took 1.90 seconds to snapshot the instance on the hypervisor.");
  CHECK(text(LogMessage::reverted_task_state, static_cast<std::int64_t>(TaskState::image_uploading)) ==
        "Successfully reverted task state from image_uploading on failure for instance.");
  CHECK(text(LogMessage::vm_lifecycle_event, static_cast<std::int64_t>(LifecycleEvent::paused)) ==
        "VM Paused (Lifecycle Event)");
  CHECK(text(LogMessage::skipping_quiescing) == "Skipping quiescing instance: QEMU guest agent is not enabled.");
  CHECK(text(LogMessage::emitting_event, 0) ==
        "Emitting event <LifecycleEvent: 1767225600.100000, " + instance + " => Started>");

  const Failure conflict{FailureKind::unexpected_task_state,
                         static_cast<std::uint8_t>(TaskState::image_snapshot_pending),
                         static_cast<std::uint8_t>(TaskState::none), 0};
  CHECK(text(LogMessage::task_possibly_preempted, conflict.packed()) ==
        "Task possibly preempted: Conflict updating instance " + instance +
            ". Expected: {'task_state': ['image_snapshot_pending']}. Actual: {'task_state': None}");
  CHECK(text(LogMessage::exception_during_message_handling,
             Failure{FailureKind::image_not_authorized, 0, 0, 0}.packed()) ==
        "Exception during message handling: nova.exception.ImageNotAuthorized: Not authorized for image " + image +
            ".");
  CHECK(text(LogMessage::error_contacting_glance, static_cast<std::int64_t>(GlanceMethod::upload),
             Failure{FailureKind::http, 0, 0, 503}.packed()) ==
        "Error contacting glance server 'http://127.0.0.1:9292' for 'upload', retrying.: "
        "glanceclient.exc.HTTPServiceUnavailable: HTTP 503 Service Unavailable");
  CHECK(text(LogMessage::error_contacting_glance, static_cast<std::int64_t>(GlanceMethod::upload),
             Failure{FailureKind::communication_error, 0, 0, 0}.packed())
            .ends_with("/v2/images/" + image + "/file: Remote end closed connection without response"));
}

TEST_CASE("a failure is about the request's instance where its line is about none", "[report]") {
  const SampleRun run = happy_cold_run();
  const RunNames names(run.record());
  const Failure failure{FailureKind::instance_not_found, 0, 0, 0};
  TraceRecord record = log_record(LogMessage::api_unexpected_exception, failure.packed());
  record.subject = TraceRecord::none;
  CHECK(log_text(names, record) == "Unexpected exception in API method: nova.exception.InstanceNotFound: Instance " +
                                       instance_uuid_text(0, 7) + " could not be found.");
}

TEST_CASE("the time of a request is what passed since it was sent", "[report]") {
  const SampleRun run = happy_cold_run();
  const RunNames names(run.record());
  TraceRecord record = log_record(LogMessage::api_request_done, 202, 458);
  record.virtual_us = names.sent_us(0) + 58'254;
  CHECK(log_text(names, record) == "127.0.0.1 \"POST /v2.1/servers/" + instance_uuid_text(0, 7) +
                                       "/action HTTP/1.1\" status: 202 len: 458 time: 0.0582540");
}

TEST_CASE("a name in a log line is taken as it is and cannot end the line", "[report]") {
  for (const std::string& name : nasty_names()) {
    const SampleRun run = renamed(happy_cold_run(), name);
    const RunNames names(run.record());
    const std::string text = log_text(names, log_record(LogMessage::api_calling_method));
    CHECK(text.find('\n') == std::string::npos);
    CHECK(text.find('\x1b') == std::string::npos);
  }
  const SampleRun run = renamed(happy_cold_run(), "{uuid} {a}");
  const RunNames names(run.record());
  CHECK(log_text(names, log_record(LogMessage::api_calling_method))
            .ends_with("body: {\"createImage\": {\"name\": \"{uuid} {a}\"}}"));
}

}  // namespace snapsim
