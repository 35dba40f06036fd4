#include "sim/report/perfetto.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include <fmt/format.h>

#include "sim/report/exception_text.hpp"
#include "sim/report/run_names.hpp"
#include "sim/report/step_text.hpp"
#include "sim/report/text.hpp"

namespace snapsim {
namespace {

/// A slice or thread is named by process and thread; both numbers count from 1.
struct Track {
  int process = 0;
  int thread = 1;
  auto operator<=>(const Track&) const = default;
};

/// What began and has not ended yet.
struct Open {
  std::uint64_t id = 0;
  Track track;
  std::string name;
};

enum class StateThread : int { vm_state = 1, task_state, power_state, guest };

class PerfettoWriter {
 public:
  PerfettoWriter(const RunRecord& record, std::ostream& out) : names_(record), out_(out) {}

  void write() {
    out_ << "{\"displayTimeUnit\":\"ms\",\"otherData\":{\"title\":" << json_quoted(names_.record().scenario.title)
         << "},\"traceEvents\":[";
    begin_states();
    for (const TraceRecord& record : names_.record().trace) write(record);
    end_all();
    out_ << "\n]}\n";
  }

 private:
  /// Where the process of that name stands; it is introduced when it is first asked for.
  int process(const std::string& name) {
    const auto [found, is_new] = processes_.try_emplace(name, static_cast<int>(processes_.size()) + 1);
    if (is_new) metadata("process_name", {found->second, 1}, name);
    return found->second;
  }

  Track thread(const std::string& process_name, int number, std::string_view name) {
    const Track track{process(process_name), number};
    if (threads_.emplace(track, true).second) metadata("thread_name", track, name);
    return track;
  }

  Track service(const TraceRecord& record) { return thread(actor_text(names_, record), 1, "events"); }

  void metadata(std::string_view what, Track track, std::string_view name) {
    event(fmt::format(R"("ph":"M","pid":{},"tid":{},"name":"{}","args":{{"name":{}}})", track.process, track.thread,
                      what, json_quoted(name)));
  }

  void event(std::string_view fields) {
    out_ << (is_first_ ? "\n{" : ",\n{") << fields << '}';
    is_first_ = false;
  }

  void event(std::string_view phase, std::int64_t time, Track track, std::string_view category, std::string_view name,
             const std::string& more = "") {
    event(fmt::format(R"("ph":"{}","ts":{},"pid":{},"tid":{},"cat":"{}","name":{}{})", phase, time, track.process,
                      track.thread, category, json_quoted(name), more));
  }

  static std::string id_field(std::uint64_t id) { return fmt::format(R"(,"id":{})", id); }

  void slice(std::int64_t begin, std::int64_t end, Track track, std::string_view category, std::string_view name) {
    event("X", begin, track, category, name, fmt::format(R"(,"dur":{})", end - begin));
  }

  // Asynchronous slices: a key names what is open, and several of one key end in the order in which they began.
  using Key = std::tuple<std::string, std::uint8_t, std::uint32_t, std::uint32_t>;

  void open(const Key& key, std::int64_t time, Track track, const std::string& name) {
    open_[key].push_back({++last_id_, track, name});
    event("b", time, track, std::get<0>(key), name, id_field(last_id_));
  }

  void close(const Key& key, std::int64_t time, const std::string& result) {
    std::vector<Open>& opened = open_[key];
    if (opened.empty()) return;
    const Open& first = opened.front();
    event("e", time, first.track, std::get<0>(key), first.name,
          id_field(first.id) + fmt::format(R"(,"args":{{"result":{}}})", json_quoted(result)));
    opened.erase(opened.begin());
  }

  Track state_track(std::uint32_t instance, StateThread which) {
    constexpr std::string_view labels[] = {"vm_state", "task_state", "power_state", "guest"};
    return thread("instance " + visible(names_.instance_name(instance)), static_cast<int>(which),
                  labels[static_cast<std::size_t>(which) - 1]);
  }

  Track image_track(std::uint32_t image) {
    return thread("images", static_cast<int>(image) + 1, "status of " + visible(names_.image_name(image)));
  }

  /// The state is `name` from now on.
  void becomes(Track track, std::int64_t time, const std::string& name) {
    const auto before = states_.find(track);
    if (before != states_.end()) slice(before->second.first, time, track, "state", before->second.second);
    states_[track] = {time, name};
  }

  void begin_states() {
    const auto& instances = names_.record().scenario.instances;
    for (std::uint32_t i = 0; i < instances.size(); ++i) {
      becomes(state_track(i, StateThread::vm_state), 0, std::string(to_string(instances[i].vm_state)));
      becomes(state_track(i, StateThread::task_state), 0, std::string(to_string(TaskState::none)));
    }
  }

  /// What has not ended in the run ends with it.
  void end_all() {
    const auto trace = names_.record().trace;
    const std::int64_t end = trace.empty() ? 0 : trace.back().virtual_us;
    for (auto& [key, opened] : open_) {
      while (!opened.empty()) close(key, end, "never ended");
    }
    for (const auto& [track, state] : states_) slice(state.first, end, track, "state", state.second);
  }

  void instant(const TraceRecord& record) {
    if (step_weight(record) == StepWeight::detail) return;
    event("i", record.virtual_us, service(record), to_string(record.kind), step_text(names_, record), R"(,"s":"t")");
  }

  /// A message is a flow between two short slices.
  void message(const TraceRecord& record, bool is_cast) {
    const Track track = service(record);
    const std::string text = step_text(names_, record);
    slice(record.virtual_us, record.virtual_us + 1, track, "message", text);
    const auto id = static_cast<std::uint64_t>(record.a);
    const std::string bind = is_cast ? "" : R"(,"bp":"e")";
    event(is_cast ? "s" : "f", record.virtual_us, track, "message", "message", id_field(id) + bind);
  }

  void write(const TraceRecord& record) {
    const auto code = record.code;
    const std::int64_t time = record.virtual_us;
    switch (record.kind) {
      case TraceKind::request_sent:
        open({"request", code, record.request, record.subject}, time, service(record), step_text(names_, record));
        break;
      case TraceKind::request_answered:
        close({"request", code, record.request, record.subject}, time, step_text(names_, record));
        break;
      case TraceKind::operation_begun:
        open({"operation", code, record.request, record.subject}, time, service(record),
             std::string(to_string(static_cast<Operation>(code))));
        break;
      case TraceKind::operation_ended:
        close({"operation", code, record.request, record.subject}, time, step_text(names_, record));
        break;
      case TraceKind::task_begun:
        open({"task", code, record.request, record.subject}, time, service(record),
             fmt::format("{} of {}", to_string(static_cast<RpcMethod>(code)),
                         visible(names_.instance_name(record.subject))));
        break;
      case TraceKind::task_ended:
        close({"task", code, record.request, record.subject}, time, step_text(names_, record));
        break;
      case TraceKind::command:
        if (record.b < 0) {
          open({"command", code, record.request, record.subject}, time, service(record),
               static_cast<CommandKind>(code) == CommandKind::convert ? "qemu-img convert" : "qemu-img create");
        } else {
          close({"command", code, record.request, record.subject}, time, step_text(names_, record));
        }
        break;
      case TraceKind::http: {
        const Key key{"http", code, record.request, record.subject};
        open(key, time - std::max<std::int64_t>(record.b, 0), service(record), http_call_text(names_, record));
        close(key, time, record.a == 0 ? "no answer" : http_status_text(record.a));
        break;
      }
      case TraceKind::message_cast:
        message(record, true);
        break;
      case TraceKind::message_delivered:
        message(record, false);
        break;
      case TraceKind::vm_state_written:
        becomes(state_track(record.subject, StateThread::vm_state), time,
                std::string(to_string(static_cast<VmState>(code))));
        break;
      case TraceKind::task_state_written:
        becomes(state_track(record.subject, StateThread::task_state), time,
                std::string(to_string(static_cast<TaskState>(code))));
        break;
      case TraceKind::power_state_written:
        becomes(state_track(record.subject, StateThread::power_state), time,
                std::string(to_string(static_cast<PowerState>(code))));
        break;
      case TraceKind::guest_changed:
        becomes(state_track(record.subject, StateThread::guest), time,
                std::string(to_string(static_cast<PowerState>(code))));
        break;
      case TraceKind::image_status:
        becomes(image_track(record.subject), time, std::string(to_string(static_cast<ImageStatus>(code))));
        break;
      default:
        instant(record);
    }
  }

  RunNames names_;
  std::ostream& out_;
  bool is_first_ = true;
  std::uint64_t last_id_ = 0;
  std::map<std::string, int> processes_;
  std::map<Track, bool> threads_;
  std::map<Key, std::vector<Open>> open_;
  std::map<Track, std::pair<std::int64_t, std::string>> states_;
};

}  // namespace

void write_perfetto(const RunRecord& record, std::ostream& out) {
  PerfettoWriter(record, out).write();
}

}  // namespace snapsim
