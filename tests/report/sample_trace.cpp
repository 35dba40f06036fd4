#include "tests/report/sample_trace.hpp"

#include <sstream>

#include "sim/nova/failure.hpp"
#include "sim/nova/log_messages.hpp"
#include "sim/world/fault_point.hpp"

namespace snapsim {
namespace {

constexpr std::uint32_t none = TraceRecord::none;

/// Appends records, each a little later than the one before it.
class TraceBuilder {
 public:
  explicit TraceBuilder(std::vector<TraceRecord>& trace) : trace_(trace) {}

  void set_subject(std::uint32_t instance, std::uint32_t host, std::uint32_t request) {
    instance_ = instance;
    host_ = host;
    request_ = request;
  }

  template <class Code>
  void add(TraceKind kind, Component component, Code code, std::uint32_t subject, std::int64_t a = 0,
           std::int64_t b = 0) {
    TraceRecord record;
    record.virtual_us = now_us_ += 3217;
    record.kind = kind;
    record.code = static_cast<std::uint8_t>(code);
    record.component = component;
    const bool is_on_host =
        component == Component::nova_compute || component == Component::hypervisor || component == Component::host_disk;
    record.host = is_on_host ? host_ : none;
    record.request = request_;
    record.subject = subject;
    record.a = a;
    record.b = b;
    trace_.push_back(record);
  }

  void log(Component component, LogMessage message, std::int64_t a = 0, std::int64_t b = 0) {
    add(TraceKind::log, component, message, instance_, a, b);
  }
  void task_state(Component component, TaskState from, TaskState to) {
    add(TraceKind::task_state_written, component, to, instance_, static_cast<std::int64_t>(from), 1);
  }
  void image_status(std::uint32_t image, int from, ImageStatus to) {
    add(TraceKind::image_status, Component::glance, to, image, from);
  }
  void http(std::uint32_t host, GlanceCall call, std::uint32_t image, std::int64_t status) {
    add(TraceKind::http, Component::glance, call, image, status, 5942);
    trace_.back().host = host;
  }
  void operation(Component component, Operation operation, std::int64_t image, std::int64_t failure = 0) {
    add(TraceKind::operation_begun, component, operation, instance_, image);
    add(TraceKind::operation_ended, component, operation, instance_, image, failure);
  }

 private:
  std::vector<TraceRecord>& trace_;
  std::int64_t now_us_ = 0;
  std::uint32_t instance_ = 0;
  std::uint32_t host_ = 0;
  std::uint32_t request_ = none;
};

Scenario cold_scenario() {
  Scenario scenario;
  scenario.path = "scenarios/cold_snapshot.json";
  scenario.title = "Cold snapshot of a running server";
  scenario.why = "The guest is down only while qemu-img runs.";
  scenario.config.live_snapshot = false;
  scenario.instances.emplace_back().name = "vm-1";
  RequestSpec request;
  request.action = Action::create_image;
  request.instance = 0;
  request.name = "snap-1";
  scenario.requests.push_back(request);
  return scenario;
}

/// nova-api's part, up to 202.
void add_api_part(TraceBuilder& builder) {
  using enum Component;
  builder.set_subject(0, 0, 0);
  builder.add(TraceKind::request_sent, client, Action::create_image, 0, 0);
  builder.log(nova_api, LogMessage::api_calling_method, static_cast<std::int64_t>(Action::create_image));
  builder.log(nova_api, LogMessage::api_fetching_instance);
  builder.add(TraceKind::operation_begun, nova_api, Operation::glance_create, 0, -1);
  builder.http(none, GlanceCall::schema, none, 200);
  builder.image_status(0, -1, ImageStatus::queued);
  builder.http(none, GlanceCall::create, 0, 201);
  builder.add(TraceKind::operation_ended, nova_api, Operation::glance_create, 0, 0);
  builder.task_state(nova_api, TaskState::none, TaskState::image_snapshot_pending);
  builder.add(TraceKind::action_started, nova_api, Action::create_image, 0);
  builder.add(TraceKind::message_cast, nova_api, RpcMethod::snapshot_instance, 0, 0);
  builder.log(nova_api, LogMessage::api_request_done, 202, 458);
  builder.add(TraceKind::request_answered, nova_api, Action::create_image, 0, 202, 0);
}

/// nova-compute's part, up to where qemu-img has begun.
void add_suspend_part(TraceBuilder& builder) {
  using enum Component;
  builder.add(TraceKind::message_delivered, queue, RpcMethod::snapshot_instance, 0, 0);
  builder.add(TraceKind::task_begun, nova_compute, RpcMethod::snapshot_instance, 0);
  builder.add(TraceKind::event_started, nova_compute, RpcMethod::snapshot_instance, 0);
  builder.task_state(nova_compute, TaskState::image_snapshot_pending, TaskState::image_snapshot);
  builder.log(nova_compute, LogMessage::checking_state);
  builder.add(TraceKind::power_state_written, nova_compute, PowerState::running, 0);
  builder.log(nova_compute, LogMessage::instance_snapshotting);
  builder.add(TraceKind::notification, nova_compute, Notification::snapshot_start, 0, 0);
  builder.http(0, GlanceCall::show, 0, 200);
  builder.operation(nova_compute, Operation::hypervisor_suspend, -1);
  builder.add(TraceKind::guest_changed, hypervisor, PowerState::shutdown, 0, 1);
  builder.log(nova_compute, LogMessage::beginning_cold_snapshot);
  builder.task_state(nova_compute, TaskState::image_snapshot, TaskState::image_pending_upload);
  builder.task_state(nova_compute, TaskState::image_pending_upload, TaskState::image_uploading);
  builder.task_state(nova_compute, TaskState::image_uploading, TaskState::image_pending_upload);
  builder.log(nova_compute, LogMessage::supports_direct_io);
  builder.add(TraceKind::operation_begun, host_disk, Operation::disk_extract, 0, 0);
  builder.add(TraceKind::command, host_disk, CommandKind::convert, 0, -1, -1);
}

RequestResult accepted(std::uint32_t request, std::uint32_t instance, const std::string& image) {
  RequestResult reply;
  reply.index = request;
  reply.action = Action::create_image;
  reply.status = 202;
  reply.image = image;
  reply.instance = instance;
  return reply;
}

ImageResult image_result(const std::string& status, std::vector<ImageStatus> statuses) {
  ImageResult image;
  image.id = ImageId(0);
  image.name = "snap-1";
  image.status = status;
  image.statuses = std::move(statuses);
  return image;
}

InstanceResult idle_instance(std::string name) {
  InstanceResult instance;
  instance.name = std::move(name);
  instance.vm_state = VmState::active;
  instance.power_state = PowerState::running;
  instance.guest = "running";
  return instance;
}

void finish(SampleRun& run) {
  run.result.seed = 7;
  run.result.fingerprint_high = 0x0123456789abcdef;
  run.result.fingerprint_low = 0xfedcba9876543210;
  run.result.virtual_us = run.trace.empty() ? 0 : run.trace.back().virtual_us;
  run.result.events = run.trace.size();
  run.result.disks = "model";
}

}  // namespace

SampleRun happy_cold_run() {
  using enum Component;
  SampleRun run;
  run.scenario = cold_scenario();
  TraceBuilder builder(run.trace);
  builder.add(TraceKind::file_made, host_disk, 0, 0, static_cast<std::int64_t>(FilePurpose::guest_disk), 0);
  add_api_part(builder);
  add_suspend_part(builder);
  builder.add(TraceKind::file_made, host_disk, 0, 1, static_cast<std::int64_t>(FilePurpose::extracted_image), 0);
  builder.add(TraceKind::command, host_disk, CommandKind::convert, 0, 1, 49'123);
  builder.add(TraceKind::operation_ended, host_disk, Operation::disk_extract, 0, 0, 0);
  builder.log(nova_compute, LogMessage::snapshot_extracted);
  builder.operation(nova_compute, Operation::hypervisor_resume, -1);
  builder.add(TraceKind::guest_changed, hypervisor, PowerState::running, 0, 0);
  builder.task_state(nova_compute, TaskState::image_pending_upload, TaskState::image_uploading);
  builder.http(0, GlanceCall::update, 0, 200);
  builder.image_status(0, static_cast<int>(ImageStatus::queued), ImageStatus::saving);
  builder.image_status(0, static_cast<int>(ImageStatus::saving), ImageStatus::active);
  builder.http(0, GlanceCall::upload, 0, 204);
  builder.http(0, GlanceCall::show, 0, 200);
  builder.log(nova_compute, LogMessage::upload_complete);
  builder.add(TraceKind::file_removed, host_disk, 0, 1);
  builder.log(nova_compute, LogMessage::took_seconds, 1'904'000);
  builder.task_state(nova_compute, TaskState::image_uploading, TaskState::none);
  builder.add(TraceKind::notification, nova_compute, Notification::snapshot_end, 0, 0);
  builder.add(TraceKind::event_finished, nova_compute, RpcMethod::snapshot_instance, 0, 1);
  builder.add(TraceKind::task_ended, nova_compute, RpcMethod::snapshot_instance, 0);

  run.result.requests.push_back(accepted(0, 0, "snap-1"));
  InstanceResult instance = idle_instance("vm-1");
  instance.task_states = {TaskState::image_snapshot_pending,
                          TaskState::image_snapshot,
                          TaskState::image_pending_upload,
                          TaskState::image_uploading,
                          TaskState::image_pending_upload,
                          TaskState::image_uploading,
                          TaskState::none};
  instance.events.push_back({"createImage", "Success", RequestId(0)});
  run.result.instances.push_back(instance);
  ImageResult image = image_result("active", {ImageStatus::queued, ImageStatus::saving, ImageStatus::active});
  image.size = 25'559'040;
  image.checksum = "7d2c85d860b7f03c6244f5d6e0adf3b4";
  image.os_hash_value = std::string(128, 'a');
  run.result.images.push_back(image);
  finish(run);
  return run;
}

SampleRun failed_cold_run() {
  using enum Component;
  SampleRun run;
  run.scenario = cold_scenario();
  TraceBuilder builder(run.trace);
  builder.add(TraceKind::file_made, host_disk, 0, 0, static_cast<std::int64_t>(FilePurpose::guest_disk), 0);
  add_api_part(builder);
  add_suspend_part(builder);
  const std::int64_t failure = Failure{FailureKind::image_unacceptable, 0, 0, 1}.packed();
  builder.add(TraceKind::choice, engine, 0, none, 1, 2);
  builder.add(TraceKind::command, host_disk, CommandKind::convert, 0, -1, 16'000);
  builder.add(TraceKind::operation_ended, host_disk, Operation::disk_extract, 0, 0, 1);
  builder.operation(nova_compute, Operation::hypervisor_resume, -1);
  builder.add(TraceKind::guest_changed, hypervisor, PowerState::running, 0, 0);
  builder.log(nova_compute, LogMessage::cleaning_up_image, 0);
  builder.image_status(0, static_cast<int>(ImageStatus::queued), ImageStatus::deleted);
  builder.http(0, GlanceCall::remove, 0, 204);
  builder.add(TraceKind::fault_recorded, nova_compute, 0, 0, 500, failure);
  builder.add(TraceKind::event_finished, nova_compute, RpcMethod::snapshot_instance, 0, 0);
  builder.log(nova_compute, LogMessage::reverted_task_state,
              static_cast<std::int64_t>(TaskState::image_pending_upload));
  builder.task_state(nova_compute, TaskState::image_pending_upload, TaskState::none);
  builder.log(nova_compute, LogMessage::exception_during_message_handling, failure);
  builder.add(TraceKind::task_ended, nova_compute, RpcMethod::snapshot_instance, 0);

  run.result.requests.push_back(accepted(0, 0, "snap-1"));
  InstanceResult instance = idle_instance("vm-1");
  instance.task_states = {TaskState::image_snapshot_pending, TaskState::image_snapshot, TaskState::none};
  instance.newest_fault = Failure::unpack(failure);
  instance.events.push_back({"createImage", "Error", RequestId(0)});
  run.result.instances.push_back(instance);
  run.result.images.push_back(image_result("absent", {ImageStatus::queued, ImageStatus::deleted}));
  run.result.choices = {0, 0, 0, 1};
  run.result.leftover_files = {"/opt/stack/data/snapshots/tmp0s576iac"};
  run.result.leftover_bytes = 65'536;
  run.result.violations.push_back({"no_leftover_files",
                                   "vm-1",
                                   190'000,
                                   "A temporary file is left on compute-1.",
                                   {static_cast<std::uint32_t>(run.trace.size() - 1)}});
  finish(run);
  return run;
}

SampleRun crowded_run(std::uint32_t instances, int rounds) {
  using enum Component;
  SampleRun run;
  run.scenario = cold_scenario();
  run.scenario.instances.clear();
  run.scenario.requests.clear();
  run.scenario.hosts = {"compute-1", "compute-2"};
  run.scenario.path = "scenarios/crowd.json";
  for (std::uint32_t i = 0; i < instances; ++i) {
    InstanceSpec instance;
    instance.name = "vm-" + std::to_string(i + 1);
    instance.host = i % 2;
    run.scenario.instances.push_back(instance);
    RequestSpec request;
    request.action = Action::create_image;
    request.instance = i;
    request.name = "snap-" + std::to_string(i + 1);
    run.scenario.requests.push_back(request);
    run.result.instances.push_back(idle_instance(instance.name));
    run.result.requests.push_back(accepted(i, i, request.name));
  }
  TraceBuilder builder(run.trace);
  for (std::uint32_t i = 0; i < instances; ++i) {
    builder.set_subject(i, i % 2, i);
    builder.add(TraceKind::request_sent, client, Action::create_image, i, i);
  }
  for (int round = 0; round < rounds; ++round) {
    for (std::uint32_t i = 0; i < instances; ++i) {
      builder.set_subject(i, i % 2, i);
      builder.task_state(nova_compute, TaskState::image_snapshot, TaskState::image_pending_upload);
      builder.log(nova_compute, LogMessage::checking_state);
      builder.http(i % 2, GlanceCall::show, none, 200);
      builder.task_state(nova_compute, TaskState::image_pending_upload, TaskState::image_snapshot);
    }
  }
  finish(run);
  return run;
}

SampleRun every_record_run() {
  SampleRun run = happy_cold_run();
  run.trace.clear();
  const auto codes_of = [](TraceKind kind) -> int {
    switch (kind) {
      case TraceKind::request_sent:
      case TraceKind::request_answered:
      case TraceKind::action_started:
        return static_cast<int>(Action::restart) + 1;
      case TraceKind::operation_begun:
      case TraceKind::operation_ended:
        return operation_count;
      case TraceKind::vm_state_written:
        return static_cast<int>(VmState::shelved_offloaded) + 1;
      case TraceKind::task_state_written:
      case TraceKind::task_state_refused:
        return static_cast<int>(TaskState::spawning) + 1;
      case TraceKind::power_state_written:
      case TraceKind::guest_changed:
        return static_cast<int>(PowerState::suspended) + 1;
      case TraceKind::image_status:
        return static_cast<int>(ImageStatus::deleted) + 1;
      case TraceKind::http:
        return static_cast<int>(GlanceCall::remove) + 1;
      case TraceKind::message_cast:
      case TraceKind::message_delivered:
      case TraceKind::event_started:
      case TraceKind::event_finished:
      case TraceKind::task_begun:
      case TraceKind::task_ended:
        return static_cast<int>(RpcMethod::stop_instance) + 1;
      case TraceKind::log:
        return log_message_count;
      case TraceKind::notification:
        return static_cast<int>(Notification::power_off_end) + 1;
      case TraceKind::command:
        return static_cast<int>(CommandKind::create_delta) + 1;
      case TraceKind::fault:
        return static_cast<int>(fault_points().size());
      default:
        return 1;
    }
  };
  constexpr std::size_t components = static_cast<std::size_t>(Component::engine) + 1;
  std::int64_t now_us = 0;
  for (int kind = 0; kind <= static_cast<int>(TraceKind::choice); ++kind) {
    for (int code = 0; code < codes_of(static_cast<TraceKind>(kind)); ++code) {
      for (const std::uint32_t index : {std::uint32_t{0}, std::uint32_t{3}, none}) {
        for (const std::int64_t number : {std::int64_t{-1}, std::int64_t{0}, std::int64_t{2}, std::int64_t{404}}) {
          TraceRecord record;
          record.virtual_us = now_us += 1'234'567;
          record.kind = static_cast<TraceKind>(kind);
          record.code = static_cast<std::uint8_t>(code);
          record.component = static_cast<Component>(run.trace.size() % components);
          record.host = record.request = record.subject = index;
          record.a = record.b = number;
          run.trace.push_back(record);
        }
      }
    }
  }
  finish(run);
  return run;
}

SampleRun renamed(SampleRun run, const std::string& name) {
  run.scenario.title = run.scenario.why = run.scenario.path = name;
  for (InstanceSpec& instance : run.scenario.instances) instance.name = name;
  for (std::string& host : run.scenario.hosts) host = name;
  for (RequestSpec& request : run.scenario.requests) request.name = name;
  for (RequestResult& request : run.result.requests) request.image = request.message = name;
  for (InstanceResult& instance : run.result.instances) instance.name = instance.fault = name;
  for (ImageResult& image : run.result.images) image.name = name;
  for (ViolationResult& violation : run.result.violations) violation.subject = violation.message = name;
  for (std::string& file : run.result.leftover_files) file = name;
  return run;
}

std::vector<std::string> nasty_names() {
  std::string wide;
  std::string combining = "e";
  for (int i = 0; i < 90; ++i) wide += "\xe5\xbf\xab";
  for (int i = 0; i < 90; ++i) combining += "\xcc\x81";
  return {"",
          "a\nb\r\n\tc\v\f",
          "\x1b[31mred\x1b[0m\x1b]0;title\x07",
          std::string("nul\0inside", 10),
          std::string(500, 'x'),
          "many short words " + std::string(40, ' ') + "and spaces that are many more than fit into one single line",
          wide,
          "\xf0\x9f\x93\xb8 snapshot \xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb \xe2\x9d\xa4\xef\xb8\x8f",
          combining,
          "\xe2\x80\xae"
          "evil\xe2\x80\xac \xe2\x80\xa8"
          "line \xc2\x85 next",
          "\xff\xfe\x80 broken \xe5\xbf utf-8 \xc0\xaf \xed\xa0\x80",
          "it's \"quoted\" \\ $HOME `id` $(id) !x",
          "a#b;c:d%%{init: {}}%% <b>x</b> end loop end; participant x->>y: z",
          "{a} {failure a} {uuid} {} {0}",
          "path/with#hash#p=nova,s=1,c=.json",
          "2026-01-01 00:00:00.000 1 ERROR nova.fake [-] forged\n2026-01-01 00:00:00.000 1 INFO x [-] y"};
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

}  // namespace snapsim
