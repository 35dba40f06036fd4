#include "sim/explain/log_line.hpp"

#include <deque>
#include <string>

#include <catch2/catch.hpp>

#include "sim/explain/event.hpp"

namespace snapsim::test {
namespace {

constexpr const char* uuid = "d83fe963-a197-475e-9e0d-a71c708841df";
const std::string instance_part = std::string("[instance: ") + uuid + "] ";

LogLine parsed(LineParser& parser, const std::string& wanted) {
  static std::deque<std::string> kept;  // a line refers to its text
  const std::string& text = kept.emplace_back(wanted);
  LogLine line;
  INFO(text);
  REQUIRE(parser.parse(text, line));
  return line;
}

}  // namespace

TEST_CASE("lines of every release of oslo.log are taken apart", "[explain]") {
  LineParser parser;
  const std::string times[] = {"2026-11-24 00:32:05.574", "2026-11-24 00:32:05,574", "2026-11-24T00:32:05.574000Z"};
  const std::string processes[] = {" 867", ""};
  struct Context {
    std::string text;
    std::string request;
    std::string global;
  };
  const Context contexts[] = {
      {"[req-11111111-0000-0000-0000-000000000000 demo demo - - -] ", "req-11111111-0000-0000-0000-000000000000", ""},
      {"[None req-1 user project - - default default] ", "req-1", ""},
      {"[req-7 req-1 user project - - default default] ", "req-1", "req-7"},
      {"[-] ", "", ""},
      {"", "", ""},
  };
  for (const std::string& time : times) {
    for (const std::string& process : processes) {
      for (const Context& context : contexts) {
        const std::string text =
            time + process + " INFO nova.compute.manager " + context.text + instance_part + "instance snapshotting";
        const LogLine line = parsed(parser, text);
        CHECK(line.time_us % 86'400'000'000 == 1'925'574'000);
        CHECK(line.process == (process.empty() ? 0u : 867u));
        CHECK(line.level == LineLevel::info);
        CHECK(line.logger == "nova.compute.manager");
        CHECK(line.request == context.request);
        CHECK(line.global_request == context.global);
        CHECK(line.instance == uuid);
        CHECK(line.message == "instance snapshotting");
      }
    }
  }
}

TEST_CASE("lines behind the prefix of journald, syslog or a container are taken apart", "[explain]") {
  LineParser parser;
  const std::string rest =
      "INFO nova.compute.manager [None req-1 u p - - d d] " + instance_part + "instance snapshotting";
  for (const std::string& prefix :
       {std::string("Nov 24 00:32:05 host nova-compute[4626]: "),
        std::string("Nov 24 00:32:05.574321 host nova-compute[4626]: "),
        std::string("2026-11-24T00:32:05+0100 host nova-compute[4626]: "),
        std::string("Nov 24 00:32:05 host nova-compute[1]: 2026-11-24 00:32:05.574 4626 ")}) {
    const LogLine line = parsed(parser, prefix + rest);
    CHECK(line.service == "nova-compute");
    CHECK(line.process == 4626);
    CHECK(line.request == "req-1");
    CHECK(line.message == "instance snapshotting");
    CHECK(line.time_us != LogLine::no_time);
  }
  const LogLine of_container = parsed(parser, "2026-11-24T00:32:05.574Z stdout F 2026-11-24 00:32:05.574 7 " + rest);
  CHECK(of_container.message == "instance snapshotting");
  const LogLine coloured =
      parsed(parser,
             "Nov 24 00:32:05 h nova-compute[46]: \x1b[00;36mINFO nova.compute.manager [\x1b[01;36mNone req-1 \x1b"
             "[00;36mu p\x1b[00;36m] \x1b[01;35m" +
                 instance_part + "\x1b[00;36minstance snapshotting\x1b[00m");
  CHECK(coloured.request == "req-1");
  CHECK(coloured.instance == uuid);
}

TEST_CASE("journald's JSON gives the same as its text", "[explain]") {
  LineParser parser;
  const LogLine line =
      parsed(parser,
             R"({"__REALTIME_TIMESTAMP":"1795480325574000","_PID":"4626","SYSLOG_IDENTIFIER":"nova-compute","MESSAGE":)"
             R"("INFO nova.compute.manager [None req-1 u p - - d d] )" +
                 instance_part + R"(instance snapshotting"})");
  CHECK(line.time_us == 1'795'480'325'574'000);
  CHECK(line.process == 4626);
  CHECK(line.service == "nova-compute");
  CHECK(line.request == "req-1");
  CHECK(line.instance == uuid);
  CHECK(line.message == "instance snapshotting");
  LogLine broken;
  CHECK_FALSE(parser.parse("{\"MESSAGE\": \"cut", broken));
}

TEST_CASE("what is no log line is passed over", "[explain]") {
  LineParser parser;
  LogLine line;
  for (const std::string& text : {std::string(), std::string("x"), std::string(200'000, '\0'),
                                  std::string(5000, '\xff'), std::string("Traceback (most recent call last):"),
                                  std::string("2026-11-24 00:32:05"), std::string("2026-13-45 99:99:99.1 1 INFO x y"),
                                  std::string("[instance: "), std::string("2026-11-24 00:32:05.574 867 INFO"),
                                  std::string("2026-11-24 00:32:05.574 867 INFO nova.compute.manager [None req-")}) {
    parser.parse(text, line);
    ReadEvent event;
    CHECK_FALSE(read_event(line, event));
  }
}

TEST_CASE("the lines of a snapshot are read, whoever writes them", "[explain]") {
  struct Example {
    std::string logger;
    std::string message;
    EventKind kind{};
    std::int64_t number = 0;
    std::string detail;
  };
  const std::string id = uuid;
  const Example examples[] = {
      {"nova.osapi_compute.wsgi.server",
       "127.0.0.1 \"POST /v2.1/servers/" + id + "/action HTTP/1.1\" status: 202 len: 458 time: 0.05",
       EventKind::api_action_answered, 202, ""},
      {"nova.api.openstack.requestlog",
       "10.0.0.1 \"POST /v2.1/servers/" + id + "/action\" status: 409 len: 0 microversion: 2.1 time: 0.2",
       EventKind::api_action_answered, 409, ""},
      {"eventlet.wsgi.server",
       "127.0.0.1 - - [24/Nov/2026 00:32:07] \"PUT /v2/images/" + id + "/file HTTP/1.1\" 204 208 0.1",
       EventKind::glance_upload, 204, ""},
      {"nova.compute.manager", "Successfully reverted task state from image_uploading on failure for instance.",
       EventKind::reverted_task_state, 0, "image_uploading"},
      {"nova.compute.manager", "VM Paused (Lifecycle Event)", EventKind::vm_lifecycle, 0, "Paused"},
      {"oslo_messaging.rpc.server",
       "Exception during message handling: nova.exception_Remote.UnexpectedTaskStateError_Remote: Conflict",
       EventKind::exception_during_message_handling, 0, "UnexpectedTaskStateError"},
      {"nova.image.glance", "Error contacting glance server 'http://g:9292' for 'upload', done trying.: a.B: text",
       EventKind::error_contacting_glance, 1, "upload"},
      {"oslo_concurrency.processutils",
       "CMD \"qemu-img convert -t none -O qcow2 -f qcow2 /i/disk /i/snapshots/tmp1/2\" returned: -9 in 0.049s",
       EventKind::convert_ended, -9, ""},
  };
  for (const Example& example : examples) {
    LogLine line;
    line.logger = example.logger;
    line.message = example.message;
    ReadEvent event;
    INFO(example.message);
    REQUIRE(read_event(line, event));
    CHECK(event.kind == example.kind);
    CHECK(event.number == example.number);
    CHECK(event.detail == example.detail);
  }
}

TEST_CASE("the lines of uWSGI and Apache are read, plain or behind a prefix", "[explain]") {
  struct Example {
    std::string line;
    EventKind kind{};
    std::int64_t number = 0;
    std::int64_t second_of_day = 0;
    bool has_image = false;
  };
  const std::string id = uuid;
  const std::string head = "[pid: 12|app: 0|req: 3/7] 10.0.0.5 () {60 vars in 1100 bytes} [Tue Nov 24 00:32:05 2026] ";
  const std::string tail = " 4 headers in 180 bytes (1 switches on core 0)";
  const std::string upload =
      head + "PUT /v2/images/" + id + "/file => generated 0 bytes in 2812 msecs (HTTP/1.1 204)" + tail;
  const std::string action =
      "POST /compute/v2.1/servers/" + id + "/action => generated 458 bytes in 58 msecs (HTTP/1.1 202)" + tail;
  const Example examples[] = {
      {upload, EventKind::glance_upload, 204, 32 * 60 + 7, true},
      {"Nov 24 00:32:08.100000 node-1 devstack@g-api.service[12]: " + upload, EventKind::glance_upload, 204,
       32 * 60 + 8, true},
      {"Tue Nov 24 00:32:08 2026 - " + upload, EventKind::glance_upload, 204, 32 * 60 + 7, true},
      {"2026-11-24T00:32:08.000000000Z stdout F " + upload, EventKind::glance_upload, 204, 32 * 60 + 8, true},
      {R"({"__REALTIME_TIMESTAMP":"1795480328000000","_PID":"12","SYSLOG_IDENTIFIER":"uwsgi","MESSAGE":")" + upload +
           "\"}",
       EventKind::glance_upload, 204, 32 * 60 + 8, true},
      {"glance.example {rss usage: 0 bytes/0MB} " + head +
           "POST /image/v2/images => generated 1428 bytes in 15 msecs via sendfile() (HTTP/1.0 201)" + tail,
       EventKind::glance_create, 201, 32 * 60 + 5, false},
      {head + action, EventKind::api_action_answered, 202, 32 * 60 + 5, false},
      {"10.0.0.5 - - [24/Nov/2026:00:32:05 +0000] \"POST /compute/v2.1/servers/" + id +
           "/action HTTP/1.1\" 202 0 \"-\" \"python-novaclient\" 58000(us)",
       EventKind::api_action_answered, 202, 32 * 60 + 5, false},
      {"2001:db8::1 - - [04/Nov/2026:00:32:05 +0000] \"DELETE /v2.1/servers/" + id + " HTTP/1.1\" 204 -",
       EventKind::api_delete_answered, 204, 32 * 60 + 5, false},
      {"node-1 - - [24/Nov/2026:00:32:05 +0000] \"HEAD /v1/images/" + id + " HTTP/1.1\" 404 0", EventKind::glance_show,
       404, 32 * 60 + 5, true},
  };
  LineParser parser;
  for (const Example& example : examples) {
    INFO(example.line);
    const LogLine line = parsed(parser, example.line);
    ReadEvent event;
    REQUIRE(read_event(line, event));
    CHECK(event.kind == example.kind);
    CHECK(event.number == example.number);
    CHECK(line.time_us / 1'000'000 % 86'400 == example.second_of_day);
    CHECK((event.image == uuid) == example.has_image);
    CHECK(line.request.empty());
  }
  LogLine line;
  for (const std::string& text : {upload.substr(0, upload.find(" (HTTP")), upload.substr(0, 70), std::string("[pid: "),
                                  "10.0.0.5 - - [24/Nov/2026:00:32:05 +0000] \"PUT /v2/images/" + id, head + "PUT"}) {
    INFO(text);
    CHECK_FALSE(parser.parse(text, line));
  }
  // Other calls of Glance, and other services behind the same server.
  for (const std::string& request :
       {"GET /v2/images/" + id + "/file", std::string("GET /v2/images"), "POST /v2/images/" + id + "/import",
        "PUT /v2/images/" + id, "PUT /v1/images/" + id + "/members/x", std::string("POST /identity/v3/auth/tokens"),
        "GET /compute/v2.1/servers/" + id}) {
    INFO(request);
    ReadEvent event;
    const std::string text = head + request + " => generated 9 bytes in 1 msecs (HTTP/1.1 200)" + tail;
    CHECK_FALSE(read_event(parsed(parser, text), event));
  }
}

}  // namespace snapsim::test
