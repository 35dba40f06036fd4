#pragma once

#include <exception>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "sim/choice/uneventful.hpp"
#include "sim/engine/engine.hpp"
#include "sim/engine/process.hpp"
#include "sim/nova/api.hpp"
#include "sim/nova/compute_manager.hpp"
#include "sim/nova/libvirt_host.hpp"
#include "sim/nova/rpc_server.hpp"

// What stands behind the flow's interfaces in these tests. Every double keeps just enough state to answer truly, does
// what the test has planned for a call, and takes no time, so that what passes on the clock is the flow's own waiting.

namespace snapsim::testing {

using Lines = std::vector<std::string>;

/// What the test has planned, and what was done. Each call of a double is a step with a name ("glance.show"); calls of
/// the same name are counted from 1.
class Script {
 public:
  /// The nth call of `step` fails. What `code` means is the double's affair: an HTTP status, a libvirt error, an errno.
  void fail(const std::string& step, int code, int nth = 1);
  /// Every call of `step` from now on fails.
  void fail_always(const std::string& step, int code);
  /// `action` is done when the nth call of `step` is made, before its effect: what somebody else does meanwhile.
  void before(const std::string& step, int nth, std::function<void()> action);

  /// A double has been called: counts, does what is planned, and gives the code to fail with, if any.
  std::optional<int> reached(const std::string& step);
  int count(const std::string& step) const;

  void write(std::string line) { lines_.push_back(std::move(line)); }
  /// Everything that was done and logged, in order.
  const Lines& lines() const { return lines_; }
  /// Those that begin with one of the prefixes.
  Lines lines(std::initializer_list<std::string_view> prefixes) const;
  bool has(std::string_view line) const;
  /// Which of all lines it is; fails the test where it is not there.
  std::size_t place(std::string_view line) const;

 private:
  struct Plan {
    int nth;  // 0: every
    std::optional<int> code;
    std::function<void()> action;
  };
  std::map<std::string, std::vector<Plan>> plans_;
  std::map<std::string, int> counts_;
  Lines lines_;
};

/// Lines: "read", "save task=image_snapshot if image_snapshot_pending", "event begun", "event Error", "fault 500",
/// "action createImage". Failure codes of "db.update" and the others are DbFailure::Kind.
class FakeDatabase final : public Database {
 public:
  struct Stored {
    InstanceRow row;
    bool is_deleted = false;
  };
  static constexpr int error = static_cast<int>(DbFailure::Kind::error);
  static constexpr int unknown_conflict = static_cast<int>(DbFailure::Kind::unknown_conflict);

  explicit FakeDatabase(Script& script) : script_(script) {}
  Stored& at(InstanceUuid uuid) { return instances[uuid.value]; }

  std::vector<Stored> instances;
  /// When the host's nova-compute last reported.
  Instant last_seen_up = Instant::max();
  /// Whether an event is there already, and which actions have none that has ended.
  bool has_event = false;
  std::vector<UnfinishedAction> unfinished;
  /// Every task_state that was written, in order.
  std::vector<TaskState> task_states;

  Task<DbResult<InstanceRow>> instance_get(RequestContext context, InstanceUuid instance) override;
  Task<DbResult<InstanceRow>> instance_update(RequestContext context, InstanceUuid instance, InstanceChanges changes,
                                              std::optional<TaskStates> expected) override;
  Task<DbResult<void>> instance_destroy(RequestContext context, InstanceUuid instance) override;
  Task<DbResult<std::vector<InstanceUuid>>> instances_on_host(RequestContext context, HostId host) override;
  Task<DbResult<std::vector<FoundInstance>>> idle_instances_on_host(RequestContext context, HostId host,
                                                                    VmState vm_state) override;
  Task<DbResult<std::vector<FoundInstance>>> deleted_instances(RequestContext context,
                                                               std::vector<InstanceUuid> among) override;
  Task<DbResult<Instant>> service_last_seen_up(RequestContext context, HostId host) override;
  Task<DbResult<std::vector<InstanceUuid>>> instances_shelved_from(HostId host) override;
  Task<DbResult<bool>> action_event_exists(RequestContext context, InstanceUuid instance, RpcMethod event) override;
  Task<DbResult<std::vector<UnfinishedAction>>> unfinished_actions(InstanceUuid instance) override;
  Task<DbResult<void>> action_start(RequestContext context, InstanceUuid instance, Action action) override;
  Task<DbResult<void>> action_event_start(RequestContext context, InstanceUuid instance, RpcMethod event) override;
  Task<DbResult<void>> action_event_finish(RequestContext context, InstanceUuid instance, RpcMethod event,
                                           bool success) override;
  Task<DbResult<void>> instance_fault_create(RequestContext context, InstanceUuid instance, Failure failure,
                                             int code) override;

 private:
  std::optional<DbFailure> planned(const std::string& step);
  DbResult<void> done(const std::string& step, const std::string& line);

  Script& script_;
};

/// One image. Lines: "POST", "GET", "GET list", "GET schema", "PATCH qcow2", "PUT from 0", "DELETE", each with
/// " -> 503" and the like when it fails.
class FakeGlance final : public GlanceApi {
 public:
  explicit FakeGlance(Script& script) : script_(script) {}

  ImageStatus status = ImageStatus::queued;  ///< deleted: Glance answers 404
  std::int32_t min_disk_gb = 0;
  std::vector<GlanceImage> listed;       ///< what a list answers with
  ImageFilters asked_for;                ///< in the newest list
  FileId hashed;                         ///< the file whose hash the image has
  std::int64_t received_bytes = 0;       ///< by the last upload that ended well
  std::int64_t read_before_failure = 0;  ///< how far an upload gets that fails

  Task<HttpResult<void>> schema(RequestContext context) override;
  Task<HttpResult<ImageId>> create(RequestContext context, ImageCreation image) override;
  Task<HttpResult<GlanceImage>> show(RequestContext context, InstanceUuid instance, ImageId image) override;
  Task<HttpResult<void>> download(RequestContext context, InstanceUuid instance, ImageId image) override;
  Task<HttpResult<std::vector<GlanceImage>>> list(RequestContext context, ImageFilters filters) override;
  Task<HttpResult<void>> patch(RequestContext context, InstanceUuid instance, ImageId image,
                               DiskFormat disk_format) override;
  Task<HttpResult<void>> upload(RequestContext context, InstanceUuid instance, ImageId image,
                                std::shared_ptr<ImageReader> data) override;
  Task<HttpResult<void>> remove(RequestContext context, InstanceUuid instance, ImageId image) override;

 private:
  int answer(const std::string& step, const std::string& line, int ok);

  Script& script_;
};

/// One guest. Lines: "libvirt info", "libvirt save", "libvirt create", "libvirt create paused" and so on.
class FakeLibvirt final : public Libvirt {
 public:
  explicit FakeLibvirt(Script& script) : script_(script) {}

  bool exists = true;
  PowerState state = PowerState::running;
  bool is_saved = false;
  bool is_persistent = true;
  bool is_frozen = false;
  bool has_job = false;
  bool job_is_lost = false;  ///< a block copy leaves no record at all
  int polls_until_ready = 2;
  bool is_ready_at_once = false;  ///< a block copy says so before its cursor has arrived
  bool heeds_shutdown = true;     ///< a request to shut down has its effect at once, or never
  DiskFormat disk_format = DiskFormat::qcow2;

  Task<LibvirtResult<DomainInfo>> domain_info(RequestContext context, InstanceUuid instance) override;
  Task<std::vector<InstanceUuid>> list_domains() override;
  Task<LibvirtResult<void>> managed_save(RequestContext context, InstanceUuid instance) override;
  Task<LibvirtResult<void>> create(RequestContext context, InstanceUuid instance, bool paused) override;
  Task<LibvirtResult<void>> suspend(RequestContext context, InstanceUuid instance) override;
  Task<LibvirtResult<void>> resume(RequestContext context, InstanceUuid instance) override;
  Task<LibvirtResult<void>> shutdown(RequestContext context, InstanceUuid instance) override;
  Task<LibvirtResult<void>> destroy(RequestContext context, InstanceUuid instance) override;
  Task<LibvirtResult<void>> undefine(RequestContext context, InstanceUuid instance) override;
  Task<LibvirtResult<void>> define(RequestContext context, InstanceUuid instance) override;
  Task<LibvirtResult<void>> define_with_disk(RequestContext context, InstanceUuid instance, FileId disk) override;
  Task<LibvirtResult<void>> block_rebase(RequestContext context, InstanceUuid instance, FileId delta) override;
  Task<LibvirtResult<BlockJobInfo>> block_job_info(RequestContext context, InstanceUuid instance) override;
  Task<LibvirtResult<void>> block_job_abort(RequestContext context, InstanceUuid instance) override;
  Task<LibvirtResult<void>> fs_freeze(RequestContext context, InstanceUuid instance) override;
  Task<LibvirtResult<void>> fs_thaw(RequestContext context, InstanceUuid instance) override;

 private:
  std::optional<LibvirtFailure> call(const std::string& step, const std::string& line);

  Script& script_;
  /// The guest is off; a transient domain is gone then.
  void turn_off();

  PowerState saved_state_ = PowerState::running;
  std::int32_t id_ = 1;
  int polls_ = 0;
};

/// Lines: "disk mkdtemp", "disk delta", "disk convert 0 qcow2", "disk unlink 1", "disk rmtree 1 2". Files are numbered
/// from 1; the guest's disk is 0. A failure of convert and delta is an exit status, of the others an errno.
class FakeDisk final : public HostDisk {
 public:
  static constexpr std::int64_t image_bytes = 5 << 20;

  explicit FakeDisk(Script& script) : script_(script) {}

  bool has_root_disk = true;

  Task<HostDiskResult<DirectoryId>> make_temporary_directory(RequestContext context, InstanceUuid instance) override;
  Task<HostDiskResult<FileId>> convert_image(RequestContext context, InstanceUuid instance, DirectoryId directory,
                                             FileId source, DiskFormat format) override;
  Task<HostDiskResult<FileId>> create_cow_image(RequestContext context, InstanceUuid instance, DirectoryId directory,
                                                FileId disk) override;
  Task<HostDiskResult<FileId>> create_disk(RequestContext context, InstanceUuid instance, ImageId image,
                                           bool is_rescue) override;
  FileId root_disk(InstanceUuid) override { return has_root_disk ? FileId(0) : FileId(); }
  Task<HostDiskResult<void>> delete_rescue_disk(RequestContext context, InstanceUuid instance) override;
  Task<HostDiskResult<void>> delete_instance_files(RequestContext context, InstanceUuid instance) override;
  Task<HostDiskResult<void>> remove_file(RequestContext context, InstanceUuid instance, FileId file) override;
  Task<HostDiskResult<void>> remove_temporary_directory(RequestContext context, InstanceUuid instance,
                                                        DirectoryId directory) override;
  Task<std::vector<DirectoryId>> temporary_directories(RequestContext context) override;
  std::int64_t file_size(FileId) override { return image_bytes; }

 private:
  std::optional<HostDiskFailure> call(const std::string& step, const std::string& line, HostDiskFailure::Kind kind);

  FileId made();

  Script& script_;
  std::uint32_t files_ = 0;
  std::vector<FileId> in_directory_;
};

/// Lines: "cast snapshot_instance".
class FakeRpc final : public ComputeRpcApi {
 public:
  explicit FakeRpc(Script& script) : script_(script) {}
  std::vector<RpcMessage> messages;
  Task<void> cast(HostId host, RpcMessage message) override;

 private:
  Script& script_;
};

/// Lines: level and text, "INFO instance snapshotting"; "notify instance.snapshot.start".
class FakeJournal final : public Journal {
 public:
  explicit FakeJournal(Script& script) : script_(script) {}

  int open_tasks = 0;
  Failure handled_by_rpc_server;  ///< of the newest "Exception during message handling"

  void log(const RequestContext& context, InstanceUuid instance, LogMessage message, std::int64_t a,
           std::int64_t b) override;
  void notify(const RequestContext& context, InstanceUuid instance, Notification notification, ImageId image) override;
  void task_begun(const RequestContext&, InstanceUuid, RpcMethod) override { ++open_tasks; }
  void task_ended(const RequestContext&, InstanceUuid, RpcMethod) override { --open_tasks; }
  void message_ignored(const RequestContext& context, InstanceUuid instance, std::uint32_t unique_id) override {
    log(context, instance, LogMessage::ignoring_duplicate_message, unique_id, 0);
  }

 private:
  Script& script_;
};

/// One instance on one host, with all of the flow over the doubles.
struct Bench {
  explicit Bench(const Config& options = {});

  /// Runs until nothing but background timers is left.
  void run_to_rest();
  /// Awaits `work` in the process and gives (or throws) what it ends with.
  template <class T>
  T run(Task<T> work);
  /// A request about the instance, and nova-api's answer to it.
  ApiReply send(const ServerRequest& request);
  ApiReply send(Action action);
  /// Sends the request and delivers what it casts; everything runs to its end.
  ApiReply carry_out(const ServerRequest& request);
  ApiReply carry_out(Action action);
  /// The row is claimed and the cast delivered: runs snapshot_instance as the RPC server runs it, to its end.
  void snapshot();
  RpcMessage snapshot_message(std::uint32_t unique_id = 1);
  Instance instance() { return Instance(vm, database.at(vm).row); }
  InstanceRow& row() { return database.at(vm).row; }
  std::int64_t now_ms() const { return engine.now().time_since_epoch().count() / 1000; }

  static constexpr InstanceUuid vm{0};
  static constexpr ImageId image{0};
  static constexpr RequestContext context{RequestId(0)};

  UneventfulChoices choices;
  Engine engine{choices};
  Process& process = engine.add_process("nova-compute");
  Config config;
  Script script;
  FakeDatabase database{script};
  FakeGlance glance{script};
  FakeLibvirt libvirt{script};
  FakeDisk disk{script};
  FakeRpc rpc{script};
  FakeJournal journal{script};
  GlanceClient image_api{process, glance, journal, config};
  ComputeApi compute_api{process, database, image_api, rpc, journal, config};
  LibvirtDriver driver{process, libvirt, disk, image_api, journal, config};
  ComputeManager manager{HostId(0), process, database, driver, image_api, compute_api, journal, config};
  ServersController servers{database, compute_api, journal, config};
  Mailbox<RpcMessage> deliveries{process};
  RpcServer rpc_server{process, deliveries, manager, journal};
  Mailbox<DomainEvent> domain_events{process};
  LibvirtHost libvirt_host{process, domain_events, manager, journal};
  std::uint32_t delivered_ = 100;
  struct EndOfThreads {
    Engine& engine;
    ~EndOfThreads() { engine.kill_all(); }
  } end_of_threads{engine};  // the last member: frames go before what they refer to
};

/// All recovery rules of policy `hardened`.
Config hardened_config();
/// Those alone.
Config config_with(std::initializer_list<Rule> rules);

/// Options for a cold snapshot: [workarounds]disable_libvirt_livesnapshot.
Config cold_config();

/// A place where a task puts its result.
template <class T>
struct Ended {
  std::optional<T> value;
  std::exception_ptr failure;
  bool has_ended = false;
};
template <>
struct Ended<void> {
  std::exception_ptr failure;
  bool has_ended = false;
};

template <class T>
Task<void> finish(Task<T> work, Ended<T>* ended) {
  try {
    if constexpr (std::is_void_v<T>) {
      co_await std::move(work);
    } else {
      ended->value = co_await std::move(work);
    }
  } catch (...) {
    ended->failure = std::current_exception();
  }
  ended->has_ended = true;
}

template <class T>
T Bench::run(Task<T> work) {
  Ended<T> ended;
  process.spawn("test", finish(std::move(work), &ended));
  run_to_rest();
  SNAPSIM_ASSERT(ended.has_ended, "the work of a test comes to its end");
  if (ended.failure) std::rethrow_exception(ended.failure);
  if constexpr (!std::is_void_v<T>) return std::move(*ended.value);
}

}  // namespace snapsim::testing
