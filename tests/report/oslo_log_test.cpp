#include "sim/report/oslo_log.hpp"

#include <regex>
#include <set>
#include <sstream>

#include <catch2/catch.hpp>

#include "sim/nova/log_messages.hpp"
#include "sim/report/names.hpp"
#include "tests/report/sample_trace.hpp"

namespace snapsim {
namespace {

std::string log_of(const SampleRun& run, LogFile file) {
  std::ostringstream out;
  write_oslo_log(run.record(), file, out);
  return out.str();
}

constexpr const char* uuid = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}";

/// oslo.log's line: time, process, level, logger, context, instance, text, and of DEBUG lines where they come from.
std::regex line_pattern() {
  const std::string id = uuid;
  const std::string context =
      "\\[(-|None req-" + id + " ([0-9a-f]{32} [0-9a-f]{32} - - default default|- - - - - -))\\]";
  const std::string start = "2026-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3} [0-9]+ ";
  const std::string rest = " [a-zA-Z0-9_.]+ " + context + " (\\[instance: " + id + "\\] )?[^ ].*";
  return std::regex("^" + start + "(DEBUG" + rest + " [a-z_]+ /usr/lib/python3/dist-packages/[a-z0-9_/]+\\.py:[0-9]+|" +
                    "(INFO|WARNING|ERROR)" + rest + ")$");
}

constexpr std::array files{LogFile::nova_api, LogFile::nova_compute, LogFile::glance_api};

const std::string user_context(std::uint32_t request) {
  return "[None " + request_id_text(request, 7) + " " + user_id_text(7) + " " + project_id_text(7) +
         " - - default default]";
}

}  // namespace

TEST_CASE("every log line has oslo.log's format", "[report]") {
  const std::regex pattern = line_pattern();
  const SampleRun runs[] = {happy_cold_run(), failed_cold_run(), crowded_run(5, 3), every_record_run()};
  for (const SampleRun& run : runs) {
    for (const LogFile file : files) {
      for (const std::string& line : lines_of(log_of(run, file))) {
        INFO(line);
        CHECK(std::regex_match(line, pattern));
      }
    }
  }
}

TEST_CASE("no name makes a log line of its own", "[report]") {
  for (const std::string& name : nasty_names()) {
    for (const LogFile file : files) {
      const std::size_t lines = lines_of(log_of(happy_cold_run(), file)).size();
      const std::string text = log_of(renamed(happy_cold_run(), name), file);
      CHECK(lines_of(text).size() == lines);
      CHECK(text.find('\x1b') == std::string::npos);
    }
  }
}

TEST_CASE("nova-compute's log of a cold snapshot reads as a real one", "[report]") {
  const std::string log = log_of(happy_cold_run(), LogFile::nova_compute);
  const std::string instance = "[instance: " + instance_uuid_text(0, 7) + "] ";
  const std::vector<std::string> lines = lines_of(log);
  std::size_t at = 0;
  for (const std::string& expected : std::vector<std::string>{
           " DEBUG nova.compute.manager " + user_context(0) + " " + instance +
               "Checking state _get_power_state /usr/lib/python3/dist-packages/nova/compute/manager.py:",
           " INFO nova.compute.manager " + user_context(0) + " " + instance + "instance snapshotting",
           " INFO nova.virt.libvirt.driver " + user_context(0) + " " + instance + "Beginning cold snapshot process",
           " DEBUG nova.privsep.utils " + user_context(0) + " Path '/opt/stack/data/instances' supports direct I/O",
           " DEBUG oslo_concurrency.processutils " + user_context(0) +
               " Running cmd (subprocess): qemu-img convert -t none -O qcow2 -f qcow2 " + guest_disk_path(0, 7) + " " +
               extracted_image_path(1, 7) +
               " execute /usr/lib/python3/dist-packages/oslo_concurrency/processutils.py:384",
           " CMD \"qemu-img convert -t none -O qcow2 -f qcow2 " + guest_disk_path(0, 7) + " " +
               extracted_image_path(1, 7) + "\" returned: 0 in 0.049s execute ",
           instance + "Snapshot extracted, beginning image upload", instance + "Snapshot image upload complete",
           instance + "Took 1.90 seconds to snapshot the instance on the hypervisor."}) {
    INFO(expected);
    while (at < lines.size() && lines[at].find(expected) == std::string::npos) ++at;
    CHECK(at < lines.size());
  }
}

TEST_CASE("a command that fails leaves three lines", "[report]") {
  const std::string log = log_of(failed_cold_run(), LogFile::nova_compute);
  CHECK(log.find("returned: 1 in 0.016s execute") != std::string::npos);
  CHECK(log.find("' failed. Not Retrying. execute") != std::string::npos);
  CHECK(log.find("ERROR oslo_messaging.rpc.server " + user_context(0) +
                 " Exception during message handling: "
                 "nova.exception.ImageUnacceptable: Image " +
                 guest_disk_path(0, 7) + " is unacceptable: ") != std::string::npos);
}

TEST_CASE("glance-api logs each request that it answered", "[report]") {
  SampleRun run = happy_cold_run();
  const std::string image = image_id_text(0, 7);
  const std::string log = log_of(run, LogFile::glance_api);
  CHECK(log.find(" INFO eventlet.wsgi.server " + user_context(0) +
                 " 127.0.0.1 - - [01/Jan/2026 00:00:00] \"POST /v2/images HTTP/1.1\" 201 1430 0.005942\n") !=
        std::string::npos);
  CHECK(log.find("\"GET /v2/schemas/image HTTP/1.1\" 200 6278 ") != std::string::npos);
  CHECK(log.find("\"GET /v2/images/" + image + " HTTP/1.1\" 200 1273 ") != std::string::npos);
  CHECK(log.find("\"PATCH /v2/images/" + image + " HTTP/1.1\" 200 1384 ") != std::string::npos);
  CHECK(log.find("\"PUT /v2/images/" + image + "/file HTTP/1.1\" 204 208 ") != std::string::npos);
  CHECK(log.find("\"GET /v2/images/" + image + " HTTP/1.1\" 200 1554 ") != std::string::npos);

  for (TraceRecord& record : run.trace) {
    if (record.kind == TraceKind::http) record.a = 0;
  }
  CHECK(log_of(run, LogFile::glance_api).find("eventlet.wsgi.server") == std::string::npos);
}

TEST_CASE("each line is in the log of the service that wrote it", "[report]") {
  const SampleRun run = happy_cold_run();
  std::size_t records = 0;
  for (const TraceRecord& record : run.trace) {
    if (record.kind == TraceKind::log || record.kind == TraceKind::http || record.kind == TraceKind::command) ++records;
  }
  std::size_t lines = 0;
  for (const LogFile file : files) lines += lines_of(log_of(run, file)).size();
  CHECK(lines == records + 1);  // and what the store says when the image is complete
  CHECK(log_of(run, LogFile::nova_api).find("nova.compute.manager") == std::string::npos);
  CHECK(log_of(run, LogFile::nova_compute).find("nova.osapi_compute") == std::string::npos);
}

TEST_CASE("virtual time is counted from the first of January 2026 UTC", "[report]") {
  SampleRun run = happy_cold_run();
  run.trace.resize(1);
  run.trace[0].kind = TraceKind::log;
  run.trace[0].code = static_cast<std::uint8_t>(LogMessage::instance_snapshotting);
  run.trace[0].component = Component::nova_compute;
  const auto start_at = [&run](std::int64_t virtual_us) {
    run.trace[0].virtual_us = virtual_us;
    return log_of(run, LogFile::nova_compute).substr(0, 23);
  };
  constexpr std::int64_t day_us = 86'400'000'000;
  CHECK(start_at(0) == "2026-01-01 00:00:00.000");
  CHECK(start_at(1'999) == "2026-01-01 00:00:00.001");
  CHECK(start_at(day_us - 1) == "2026-01-01 23:59:59.999");
  CHECK(start_at(58 * day_us + 3'723'004'000) == "2026-02-28 01:02:03.004");
  CHECK(start_at(59 * day_us) == "2026-03-01 00:00:00.000");
}

TEST_CASE("hosts have process ids of their own, and a new one after a restart", "[report]") {
  SampleRun run = crowded_run(2, 1);
  TraceRecord start;
  start.kind = TraceKind::process_started;
  start.component = Component::nova_compute;
  start.subject = 1;
  start.virtual_us = run.trace.back().virtual_us;
  run.trace.push_back(start);
  const std::vector<TraceRecord> again = crowded_run(2, 1).trace;
  run.trace.insert(run.trace.end(), again.begin(), again.end());
  std::set<std::string> processes;
  for (const std::string& line : lines_of(log_of(run, LogFile::nova_compute))) {
    processes.insert(line.substr(24, line.find(' ', 24) - 24));
  }
  CHECK(processes.size() == 3);
}

TEST_CASE("work of the service itself has a request id but no user", "[report]") {
  SampleRun run = happy_cold_run();
  for (TraceRecord& record : run.trace) record.request = TraceRecord::none;
  std::ostringstream context;
  context << "\\[None req-" << uuid << " - - - - - -\\] ";
  const std::regex pattern(context.str());
  for (const std::string& line : lines_of(log_of(run, LogFile::nova_compute))) {
    CHECK(std::regex_search(line, pattern));
  }
}

}  // namespace snapsim
