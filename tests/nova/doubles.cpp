#include "tests/nova/doubles.hpp"

#include <algorithm>

#include <catch2/catch.hpp>

#include "sim/check/trace.hpp"
#include "sim/nova/exceptions.hpp"
#include "sim/world/scenario.hpp"

namespace snapsim::testing {
namespace {

std::string with_answer(const std::string& line, int code) {
  return line + " -> " + std::to_string(code);
}

std::string text_of(DbFailure::Kind kind) {
  switch (kind) {
    case DbFailure::Kind::not_found:
      return " -> gone";
    case DbFailure::Kind::conflict:
      return " -> conflict";
    case DbFailure::Kind::unknown_conflict:
      return " -> unknown conflict";
    case DbFailure::Kind::error:
      break;
  }
  return " -> error";
}

std::string text_of(TaskStates states) {
  std::string text;
  for (int i = 0; i <= static_cast<int>(TaskState::spawning); ++i) {
    const auto state = static_cast<TaskState>(i);
    if (states.contains(state)) text += (text.empty() ? "" : "|") + std::string(to_string(state));
  }
  return text;
}

std::string_view text_of(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return "DEBUG ";
    case LogLevel::info:
      return "INFO ";
    case LogLevel::warning:
      return "WARNING ";
    case LogLevel::error:
      break;
  }
  return "ERROR ";
}

void replace(std::string& text, std::string_view placeholder, std::string_view value) {
  const std::size_t at = text.find(placeholder);
  if (at != std::string::npos) text.replace(at, placeholder.size(), value);
}

/// The states and numbers of a log line filled in; failures, names and times stay as they are.
std::string fill_in(std::string_view pattern, std::int64_t a, std::int64_t b) {
  std::string text(pattern);
  replace(text, "{task a}", to_string(static_cast<TaskState>(a)));
  replace(text, "{task b}", to_string(static_cast<TaskState>(b)));
  replace(text, "{vm a}", to_string(static_cast<VmState>(a)));
  for (const std::string_view placeholder : {"{a}", "{power a}", "{image a}"}) {
    replace(text, placeholder, std::to_string(a));
  }
  for (const std::string_view placeholder : {"{b}", "{power b}"}) replace(text, placeholder, std::to_string(b));
  return text;
}

}  // namespace

void Script::fail(const std::string& step, int code, int nth) {
  plans_[step].push_back({nth, code, nullptr});
}

void Script::fail_always(const std::string& step, int code) {
  plans_[step].push_back({0, code, nullptr});
}

void Script::before(const std::string& step, int nth, std::function<void()> action) {
  plans_[step].push_back({nth, std::nullopt, std::move(action)});
}

std::optional<int> Script::reached(const std::string& step) {
  const int nth = ++counts_[step];
  std::optional<int> code;
  for (const Plan& plan : plans_[step]) {
    if (plan.nth != 0 && plan.nth != nth) continue;
    if (plan.action) plan.action();
    if (plan.code) code = plan.code;
  }
  return code;
}

int Script::count(const std::string& step) const {
  const auto found = counts_.find(step);
  return found == counts_.end() ? 0 : found->second;
}

Lines Script::lines(std::initializer_list<std::string_view> prefixes) const {
  Lines chosen;
  for (const std::string& line : lines_) {
    const auto begins = [&line](std::string_view prefix) { return line.starts_with(prefix); };
    if (std::any_of(prefixes.begin(), prefixes.end(), begins)) chosen.push_back(line);
  }
  return chosen;
}

bool Script::has(std::string_view line) const {
  return std::find(lines_.begin(), lines_.end(), line) != lines_.end();
}

std::size_t Script::place(std::string_view line) const {
  const auto found = std::find(lines_.begin(), lines_.end(), line);
  CAPTURE(line, lines_);
  REQUIRE(found != lines_.end());
  return static_cast<std::size_t>(found - lines_.begin());
}

std::optional<DbFailure> FakeDatabase::planned(const std::string& step) {
  const std::optional<int> code = script_.reached(step);
  if (!code) return std::nullopt;
  return DbFailure{static_cast<DbFailure::Kind>(*code), TaskState::none};
}

DbResult<void> FakeDatabase::done(const std::string& step, const std::string& line) {
  const std::optional<DbFailure> failure = planned(step);
  script_.write(line + (failure ? text_of(failure->kind) : ""));
  if (failure) return *failure;
  return {};
}

Task<DbResult<InstanceRow>> FakeDatabase::instance_get(RequestContext, InstanceUuid instance) {
  std::optional<DbFailure> failure = planned("db.get");
  const Stored& stored = at(instance);
  if (stored.is_deleted) failure = DbFailure{DbFailure::Kind::not_found, TaskState::none};
  script_.write("read" + (failure ? text_of(failure->kind) : ""));
  if (failure) co_return *failure;
  co_return stored.row;
}

Task<DbResult<InstanceRow>> FakeDatabase::instance_update(RequestContext, InstanceUuid instance,
                                                          InstanceChanges changes, std::optional<TaskStates> expected) {
  std::optional<DbFailure> failure = planned("db.update");
  std::string line = "save";
  if (changes.vm_state) line += " vm=" + std::string(to_string(*changes.vm_state));
  if (changes.power_state) line += " power=" + std::string(to_string(*changes.power_state));
  if (changes.task_state) line += " task=" + std::string(to_string(*changes.task_state));
  if (changes.host) line += changes.host->exists() ? " host" : " no host";
  if (changes.image_ref) line += " image_ref";
  if (expected) line += " if " + text_of(*expected);
  Stored& stored = at(instance);
  if (!failure && stored.is_deleted) failure = DbFailure{DbFailure::Kind::not_found, TaskState::none};
  if (!failure && expected && !expected->contains(stored.row.task_state)) {
    failure = DbFailure{DbFailure::Kind::conflict, stored.row.task_state};
  }
  script_.write(line + (failure ? text_of(failure->kind) : ""));
  if (failure) co_return *failure;
  if (changes.vm_state) stored.row.vm_state = *changes.vm_state;
  if (changes.power_state) stored.row.power_state = *changes.power_state;
  if (changes.host) stored.row.host = *changes.host;
  if (changes.image_ref) stored.row.image_ref = *changes.image_ref;
  if (changes.shelved_image_id) stored.row.shelved_image_id = *changes.shelved_image_id;
  if (changes.shelved_host) stored.row.shelved_host = *changes.shelved_host;
  if (changes.shelved_at) stored.row.shelved_at = changes.shelved_at;
  if (changes.deleted_at) stored.row.deleted_at = changes.deleted_at;
  if (changes.task_state) {
    stored.row.task_state = *changes.task_state;
    task_states.push_back(*changes.task_state);
  }
  co_return stored.row;
}

Task<DbResult<void>> FakeDatabase::instance_destroy(RequestContext, InstanceUuid instance) {
  const std::optional<DbFailure> failure = planned("db.destroy");
  script_.write("destroy row" + (failure ? text_of(failure->kind) : ""));
  if (failure) co_return *failure;
  at(instance).is_deleted = true;
  co_return DbResult<void>();
}

Task<DbResult<std::vector<FoundInstance>>> FakeDatabase::idle_instances_on_host(RequestContext, HostId,
                                                                                VmState vm_state) {
  if (const auto failure = planned("db.idle")) co_return *failure;
  std::vector<FoundInstance> found;
  for (std::uint32_t i = 0; i < instances.size(); ++i) {
    const InstanceRow& row = instances[i].row;
    const bool is_wanted = row.vm_state == vm_state && row.task_state == TaskState::none;
    if (!instances[i].is_deleted && is_wanted) found.push_back({InstanceUuid(i), row});
  }
  co_return found;
}

Task<DbResult<std::vector<FoundInstance>>> FakeDatabase::deleted_instances(RequestContext,
                                                                           std::vector<InstanceUuid> among) {
  if (const auto failure = planned("db.deleted")) co_return *failure;
  std::vector<FoundInstance> deleted;
  for (const InstanceUuid uuid : among) {
    if (at(uuid).is_deleted) deleted.push_back({uuid, at(uuid).row});
  }
  co_return deleted;
}

Task<DbResult<Instant>> FakeDatabase::service_last_seen_up(RequestContext, HostId) {
  if (const auto failure = planned("db.service")) co_return *failure;
  co_return last_seen_up;
}

Task<DbResult<std::vector<InstanceUuid>>> FakeDatabase::instances_shelved_from(HostId host) {
  if (const auto failure = planned("db.shelved_from")) co_return *failure;
  std::vector<InstanceUuid> shelved;
  for (std::uint32_t i = 0; i < instances.size(); ++i) {
    const InstanceRow& row = instances[i].row;
    const bool was_there = !row.host.exists() && row.shelved_host == host;
    if (!instances[i].is_deleted && was_there) shelved.push_back(InstanceUuid(i));
  }
  co_return shelved;
}

Task<DbResult<bool>> FakeDatabase::action_event_exists(RequestContext, InstanceUuid, RpcMethod) {
  if (const auto failure = planned("db.event_exists")) co_return *failure;
  co_return has_event;
}

Task<DbResult<std::vector<UnfinishedAction>>> FakeDatabase::unfinished_actions(InstanceUuid) {
  if (const auto failure = planned("db.unfinished")) co_return *failure;
  co_return unfinished;
}

Task<std::vector<InstanceUuid>> FakeLibvirt::list_domains() {
  std::vector<InstanceUuid> domains;
  if (exists) domains.push_back(Bench::vm);
  co_return domains;
}

Task<std::vector<DirectoryId>> FakeDisk::temporary_directories(RequestContext) {
  co_return std::vector<DirectoryId>();
}

Task<DbResult<std::vector<InstanceUuid>>> FakeDatabase::instances_on_host(RequestContext, HostId host) {
  if (const auto failure = planned("db.on_host")) co_return *failure;
  std::vector<InstanceUuid> living;
  for (std::uint32_t i = 0; i < instances.size(); ++i) {
    if (!instances[i].is_deleted && instances[i].row.host == host) living.push_back(InstanceUuid(i));
  }
  co_return living;
}

Task<DbResult<void>> FakeDatabase::action_start(RequestContext, InstanceUuid, Action action) {
  const std::string name = action == Action::create_image ? "createImage" : std::string(to_string(action));
  co_return done("db.action_start", "action " + name);
}

Task<DbResult<void>> FakeDatabase::action_event_start(RequestContext, InstanceUuid, RpcMethod) {
  co_return done("db.event_start", "event begun");
}

Task<DbResult<void>> FakeDatabase::action_event_finish(RequestContext, InstanceUuid, RpcMethod, bool success) {
  const DbResult<void> finished = done("db.event_finish", success ? "event Success" : "event Error");
  if (finished) unfinished.clear();
  co_return finished;
}

Task<DbResult<void>> FakeDatabase::instance_fault_create(RequestContext, InstanceUuid, Failure, int code) {
  co_return done("db.fault", "fault " + std::to_string(code));
}

/// The status that the call is answered with: what is planned, else 404 for an image that is gone, else `ok`.
int FakeGlance::answer(const std::string& step, const std::string& line, int ok) {
  const std::optional<int> code = script_.reached(step);
  const int gone = status == ImageStatus::deleted ? 404 : ok;
  const int answered = code.value_or(gone);
  script_.write(answered == ok ? line : with_answer(line, answered));
  return answered;
}

Task<HttpResult<void>> FakeGlance::schema(RequestContext) {
  const std::optional<int> code = script_.reached("glance.schema");
  script_.write(code ? with_answer("GET schema", *code) : "GET schema");
  if (code) co_return HttpFailure{*code};
  co_return HttpResult<void>();
}

Task<HttpResult<ImageId>> FakeGlance::create(RequestContext, ImageCreation image) {
  const int answered = answer("glance.create", "POST", 201);
  if (answered != 201) co_return HttpFailure{answered};
  min_disk_gb = image.min_disk_gb;
  co_return Bench::image;
}

Task<HttpResult<GlanceImage>> FakeGlance::show(RequestContext, InstanceUuid, ImageId) {
  const int answered = answer("glance.show", "GET", 200);
  if (answered != 200) co_return HttpFailure{answered};
  GlanceImage image;
  image.status = status;
  image.id = Bench::image;
  image.min_disk_gb = min_disk_gb;
  image.hashed = hashed;
  co_return image;
}

Task<HttpResult<void>> FakeGlance::download(RequestContext, InstanceUuid, ImageId) {
  const int answered = answer("glance.download", "GET file", 200);
  if (answered != 200) co_return HttpFailure{answered};
  co_return HttpResult<void>();
}

Task<HttpResult<std::vector<GlanceImage>>> FakeGlance::list(RequestContext, ImageFilters filters) {
  asked_for = filters;
  const std::optional<int> code = script_.reached("glance.list");
  script_.write(code ? with_answer("GET list", *code) : "GET list");
  if (code) co_return HttpFailure{*code};
  co_return listed;
}

Task<HttpResult<void>> FakeGlance::patch(RequestContext, InstanceUuid, ImageId, DiskFormat disk_format) {
  const int answered = answer("glance.patch", "PATCH " + std::string(to_string(disk_format)), 200);
  if (answered != 200) co_return HttpFailure{answered};
  co_return HttpResult<void>();
}

Task<HttpResult<void>> FakeGlance::upload(RequestContext, InstanceUuid, ImageId, std::shared_ptr<ImageReader> data) {
  const std::int64_t from = data->position;
  const int answered = answer("glance.upload", "PUT from " + std::to_string(from), 204);
  if (answered != 204) {
    data->position = std::min(data->size_bytes, from + read_before_failure);
    co_return HttpFailure{answered};
  }
  data->position = data->size_bytes;
  received_bytes = data->size_bytes - from;
  hashed = data->file;
  status = ImageStatus::active;
  co_return HttpResult<void>();
}

Task<HttpResult<void>> FakeGlance::remove(RequestContext, InstanceUuid, ImageId) {
  const int answered = answer("glance.delete", "DELETE", 204);
  if (answered != 204) co_return HttpFailure{answered};
  status = ImageStatus::deleted;
  co_return HttpResult<void>();
}

std::optional<LibvirtFailure> FakeLibvirt::call(const std::string& step, const std::string& line) {
  std::optional<int> code = script_.reached(step);
  if (!code && !exists) code = LibvirtError::no_domain;
  script_.write(code ? with_answer(line, *code) : line);
  if (!code) return std::nullopt;
  return LibvirtFailure{*code};
}

Task<LibvirtResult<DomainInfo>> FakeLibvirt::domain_info(RequestContext, InstanceUuid) {
  const std::optional<LibvirtFailure> failure = call("libvirt.info", "libvirt info");
  if (failure) co_return *failure;
  DomainInfo info;
  info.state = state;
  info.id = state == PowerState::shutdown ? -1 : id_;
  info.is_persistent = is_persistent;
  info.is_frozen = is_frozen;
  info.has_block_job = has_job;
  info.has_managed_save = is_saved;
  info.disk = FileId(0);
  info.disk_format = disk_format;
  co_return info;
}

Task<LibvirtResult<void>> FakeLibvirt::managed_save(RequestContext, InstanceUuid) {
  const std::optional<LibvirtFailure> failure = call("libvirt.save", "libvirt save");
  if (failure) co_return *failure;
  saved_state_ = std::exchange(state, PowerState::shutdown);
  is_saved = true;
  co_return LibvirtResult<void>();
}

Task<LibvirtResult<void>> FakeLibvirt::create(RequestContext, InstanceUuid, bool paused) {
  const std::optional<LibvirtFailure> failure =
      call("libvirt.create", paused ? "libvirt create paused" : "libvirt create");
  if (failure) co_return *failure;
  state = paused ? PowerState::paused : PowerState::running;
  if (std::exchange(is_saved, false)) state = saved_state_;
  ++id_;
  co_return LibvirtResult<void>();
}

Task<LibvirtResult<void>> FakeLibvirt::suspend(RequestContext, InstanceUuid) {
  const std::optional<LibvirtFailure> failure = call("libvirt.suspend", "libvirt suspend");
  if (failure) co_return *failure;
  state = PowerState::paused;
  co_return LibvirtResult<void>();
}

Task<LibvirtResult<void>> FakeLibvirt::resume(RequestContext, InstanceUuid) {
  const std::optional<LibvirtFailure> failure = call("libvirt.resume", "libvirt resume");
  if (failure) co_return *failure;
  state = PowerState::running;
  co_return LibvirtResult<void>();
}

void FakeLibvirt::turn_off() {
  state = PowerState::shutdown;
  id_ = -1;
  exists = is_persistent;
}

Task<LibvirtResult<void>> FakeLibvirt::shutdown(RequestContext, InstanceUuid) {
  const std::optional<LibvirtFailure> failure = call("libvirt.shutdown", "libvirt shutdown");
  if (failure) co_return *failure;
  if (heeds_shutdown) turn_off();
  co_return LibvirtResult<void>();
}

Task<LibvirtResult<void>> FakeLibvirt::destroy(RequestContext, InstanceUuid) {
  const std::optional<LibvirtFailure> failure = call("libvirt.destroy", "libvirt destroy");
  if (failure) co_return *failure;
  if (state == PowerState::shutdown) co_return LibvirtFailure{LibvirtError::operation_invalid};
  turn_off();
  co_return LibvirtResult<void>();
}

Task<LibvirtResult<void>> FakeLibvirt::undefine(RequestContext, InstanceUuid) {
  const std::optional<LibvirtFailure> failure = call("libvirt.undefine", "libvirt undefine");
  if (failure) co_return *failure;
  is_persistent = false;
  is_saved = false;
  exists = state != PowerState::shutdown;
  co_return LibvirtResult<void>();
}

Task<LibvirtResult<void>> FakeLibvirt::define(RequestContext, InstanceUuid) {
  const std::optional<int> code = script_.reached("libvirt.define");
  script_.write(code ? with_answer("libvirt define", *code) : "libvirt define");
  if (code) co_return LibvirtFailure{*code};
  exists = true;
  is_persistent = true;
  co_return LibvirtResult<void>();
}

Task<LibvirtResult<void>> FakeLibvirt::define_with_disk(RequestContext, InstanceUuid, FileId disk) {
  const std::string line = "libvirt define with disk " + std::to_string(disk.value);
  const std::optional<int> code = script_.reached("libvirt.define");
  script_.write(code ? with_answer(line, *code) : line);
  if (code) co_return LibvirtFailure{*code};
  exists = is_persistent = true;
  co_return LibvirtResult<void>();
}

Task<LibvirtResult<void>> FakeLibvirt::block_rebase(RequestContext, InstanceUuid, FileId) {
  const std::optional<LibvirtFailure> failure = call("libvirt.rebase", "libvirt rebase");
  if (failure) co_return *failure;
  has_job = !job_is_lost;
  polls_ = 0;
  co_return LibvirtResult<void>();
}

Task<LibvirtResult<BlockJobInfo>> FakeLibvirt::block_job_info(RequestContext, InstanceUuid) {
  const std::optional<LibvirtFailure> failure = call("libvirt.job", "libvirt job");
  if (failure) co_return *failure;
  BlockJobInfo job;
  job.exists = has_job;
  job.end = 100;
  ++polls_;
  job.is_ready = polls_ > polls_until_ready;
  // The cursor arrives one poll before the mirror is ready.
  job.cursor = polls_ >= polls_until_ready ? 100 : 50;
  if (is_ready_at_once) job.is_ready = true;
  co_return job;
}

Task<LibvirtResult<void>> FakeLibvirt::block_job_abort(RequestContext, InstanceUuid) {
  const std::optional<LibvirtFailure> failure = call("libvirt.abort", "libvirt abort");
  if (failure) co_return *failure;
  has_job = false;
  co_return LibvirtResult<void>();
}

Task<LibvirtResult<void>> FakeLibvirt::fs_freeze(RequestContext, InstanceUuid) {
  const std::optional<LibvirtFailure> failure = call("libvirt.freeze", "libvirt freeze");
  if (failure) co_return *failure;
  is_frozen = true;
  co_return LibvirtResult<void>();
}

Task<LibvirtResult<void>> FakeLibvirt::fs_thaw(RequestContext, InstanceUuid) {
  const std::optional<LibvirtFailure> failure = call("libvirt.thaw", "libvirt thaw");
  if (failure) co_return *failure;
  is_frozen = false;
  co_return LibvirtResult<void>();
}

std::optional<HostDiskFailure> FakeDisk::call(const std::string& step, const std::string& line,
                                              HostDiskFailure::Kind kind) {
  const std::optional<int> code = script_.reached(step);
  script_.write(code ? with_answer(line, *code) : line);
  if (!code) return std::nullopt;
  return HostDiskFailure{kind, *code};
}

FileId FakeDisk::made() {
  in_directory_.push_back(FileId(++files_));
  return in_directory_.back();
}

Task<HostDiskResult<DirectoryId>> FakeDisk::make_temporary_directory(RequestContext, InstanceUuid) {
  const auto failure = call("disk.mkdtemp", "disk mkdtemp", HostDiskFailure::Kind::os_error);
  if (failure) co_return *failure;
  co_return DirectoryId(0);
}

Task<HostDiskResult<FileId>> FakeDisk::convert_image(RequestContext, InstanceUuid, DirectoryId, FileId source,
                                                     DiskFormat format) {
  const std::string line = "disk convert " + std::to_string(source.value) + " " + std::string(to_string(format));
  const auto failure = call("disk.convert", line, HostDiskFailure::Kind::command);
  if (failure) co_return *failure;
  co_return made();
}

Task<HostDiskResult<FileId>> FakeDisk::create_cow_image(RequestContext, InstanceUuid, DirectoryId, FileId) {
  const auto failure = call("disk.delta", "disk delta", HostDiskFailure::Kind::command);
  if (failure) co_return *failure;
  co_return made();
}

Task<HostDiskResult<FileId>> FakeDisk::create_disk(RequestContext, InstanceUuid, ImageId, bool is_rescue) {
  const auto failure =
      call("disk.create", is_rescue ? "disk create rescue" : "disk create", HostDiskFailure::Kind::os_error);
  if (failure) co_return *failure;
  co_return FileId(++files_);
}

Task<HostDiskResult<void>> FakeDisk::delete_rescue_disk(RequestContext, InstanceUuid) {
  const auto failure = call("disk.delete_rescue", "disk delete rescue", HostDiskFailure::Kind::os_error);
  if (failure) co_return *failure;
  co_return HostDiskResult<void>();
}

Task<HostDiskResult<void>> FakeDisk::delete_instance_files(RequestContext, InstanceUuid) {
  const auto failure = call("disk.delete_files", "disk delete files", HostDiskFailure::Kind::os_error);
  if (failure) co_return *failure;
  co_return HostDiskResult<void>();
}

Task<HostDiskResult<void>> FakeDisk::remove_file(RequestContext, InstanceUuid, FileId file) {
  const auto failure =
      call("disk.unlink", "disk unlink " + std::to_string(file.value), HostDiskFailure::Kind::os_error);
  if (failure) co_return *failure;
  std::erase(in_directory_, file);
  co_return HostDiskResult<void>();
}

Task<HostDiskResult<void>> FakeDisk::remove_temporary_directory(RequestContext, InstanceUuid, DirectoryId) {
  std::string line = "disk rmtree";
  for (const FileId file : in_directory_) line += " " + std::to_string(file.value);
  const auto failure = call("disk.rmtree", line, HostDiskFailure::Kind::os_error);
  if (failure) co_return *failure;
  co_return HostDiskResult<void>();
}

Task<void> FakeRpc::cast(HostId, RpcMessage message) {
  script_.write("cast " + std::string(to_string(message.method)));
  messages.push_back(message);
  co_return;
}

void FakeJournal::log(const RequestContext&, InstanceUuid, LogMessage message, std::int64_t a, std::int64_t b) {
  const LogMessageInfo& info = log_message_info(message);
  if (message == LogMessage::exception_during_message_handling) handled_by_rpc_server = Failure::unpack(a);
  script_.write(std::string(text_of(info.level)) + fill_in(info.text, a, b));
}

void FakeJournal::notify(const RequestContext&, InstanceUuid, Notification notification, ImageId) {
  script_.write("notify " + std::string(to_string(notification)));
}

Bench::Bench(const Config& options) : config(options) {
  database.instances.emplace_back();
  row().host = HostId(0);
  process.spawn("rpc-server", rpc_server.serve());
  process.spawn("libvirt-events", libvirt_host.dispatch_events());
}

void Bench::run_to_rest() {
  SNAPSIM_ASSERT(engine.run_until_rest(100'000), "a test comes to rest");
}

RpcMessage Bench::snapshot_message(std::uint32_t unique_id) {
  return {RpcMethod::snapshot_instance, context, vm, row(), image, unique_id};
}

ApiReply Bench::send(const ServerRequest& request) {
  return run(servers.answer(context, request));
}

ApiReply Bench::send(Action action) {
  ServerRequest request;
  request.action = action;
  request.instance = vm;
  return send(request);
}

ApiReply Bench::carry_out(const ServerRequest& request) {
  const ApiReply reply = send(request);
  for (RpcMessage& message : rpc.messages) {
    message.unique_id = ++delivered_;
    deliveries.put(message);
  }
  rpc.messages.clear();
  run_to_rest();
  return reply;
}

ApiReply Bench::carry_out(Action action) {
  ServerRequest request;
  request.action = action;
  request.instance = vm;
  return carry_out(request);
}

void Bench::snapshot() {
  row().task_state = TaskState::image_snapshot_pending;
  deliveries.put(snapshot_message());
  run_to_rest();
}

Config hardened_config() {
  Config config;
  config.rules = RuleSet::all();
  return config;
}

Config config_with(std::initializer_list<Rule> rules) {
  Config config;
  for (const Rule rule : rules) config.rules.insert(rule);
  return config;
}

Config cold_config() {
  Config config;
  config.live_snapshot = false;
  return config;
}

}  // namespace snapsim::testing
