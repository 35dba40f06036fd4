#include "sim/report/mermaid.hpp"

#include <algorithm>
#include <cctype>
#include <set>

#include <fmt/format.h>

#include "sim/report/exception_text.hpp"
#include "sim/report/run_names.hpp"
#include "sim/report/step_text.hpp"
#include "sim/report/text.hpp"

namespace snapsim {
namespace {

constexpr std::size_t label_columns_max = 160;

/// Columns of the diagram, in order. Hosts follow `queue`, a pair for each.
enum class Lane : std::uint8_t { client, api, glance, queue, compute, hypervisor };

struct Participant {
  Lane lane{};
  std::uint32_t host = 0;  ///< of compute and hypervisor

  auto operator<=>(const Participant& other) const {
    const auto is_on_host = [](Lane column) { return column == Lane::compute || column == Lane::hypervisor; };
    if (is_on_host(lane) && is_on_host(other.lane) && host != other.host) return host <=> other.host;
    return lane <=> other.lane;
  }
  bool operator==(const Participant& other) const = default;

  std::string id() const {
    switch (lane) {
      case Lane::client:
        return "client";
      case Lane::api:
        return "api";
      case Lane::glance:
        return "glance";
      case Lane::queue:
        return "queue";
      case Lane::compute:
        return fmt::format("compute{}", host);
      case Lane::hypervisor:
        return fmt::format("libvirt{}", host);
    }
    return "client";
  }
};

class Diagrams {
 public:
  Diagrams(const RunRecord& record, std::size_t bytes_max) : names_(record), bytes_max_(bytes_max) {}

  std::vector<std::string> draw() {
    find_participants();
    begin_diagram();
    for (const TraceRecord& record : names_.record().trace) {
      if (is_drawn(record)) add(line_of(record));
    }
    diagrams_.push_back(std::move(diagram_));
    return std::move(diagrams_);
  }

 private:
  static bool is_drawn(const TraceRecord& record) {
    if (record.kind == TraceKind::http) return static_cast<GlanceCall>(record.code) != GlanceCall::schema;
    if (record.kind == TraceKind::operation_begun || record.kind == TraceKind::operation_ended) {
      const auto operation = static_cast<Operation>(record.code);
      return operation >= Operation::hypervisor_suspend && operation <= Operation::guest_agent_thaw;
    }
    // What an operation or the answer shows already.
    if (record.kind == TraceKind::log && step_weight(record) != StepWeight::trouble) return false;
    return step_weight(record) != StepWeight::detail;
  }

  /// Hosts beyond the scenario's are drawn as the first one.
  std::uint32_t known_host(std::uint32_t host) const { return host < names_.record().scenario.hosts.size() ? host : 0; }

  Participant compute(const TraceRecord& record) const {
    const RecordSubjects subjects = subjects_of(record, names_);
    if (subjects.host != TraceRecord::none) return {Lane::compute, known_host(subjects.host)};
    const InstanceSpec* instance = names_.instance(subjects.instance);
    return {Lane::compute, instance == nullptr ? 0 : known_host(instance->host)};
  }

  Participant hypervisor(const TraceRecord& record) const { return {Lane::hypervisor, compute(record).host}; }

  Participant participant(const TraceRecord& record) const {
    switch (record.component) {
      case Component::client:
        return {Lane::client};
      case Component::nova_api:
        return {Lane::api};
      case Component::queue:
        return {Lane::queue};
      case Component::glance:
        return {Lane::glance};
      case Component::hypervisor:
        return hypervisor(record);
      case Component::nova_compute:
      case Component::host_disk:
        return compute(record);
      case Component::database:
      case Component::engine:
        break;
    }
    return record.host == TraceRecord::none ? Participant{Lane::api} : compute(record);
  }

  Participant glance_caller(const TraceRecord& record) const {
    if (record.host != TraceRecord::none) return compute(record);
    const RequestSpec* request = names_.request(record.request);
    const bool is_clients = request != nullptr && request->action == Action::delete_image;
    return {is_clients ? Lane::client : Lane::api};
  }

  /// Who casts: nova-api for a user, nova-compute for itself.
  Participant sender(const TraceRecord& record) const {
    return record.request == TraceRecord::none ? compute(record) : Participant{Lane::api};
  }

  void find_participants() {
    for (const TraceRecord& record : names_.record().trace) {
      if (!is_drawn(record)) continue;
      participants_.insert(participant(record));
      switch (record.kind) {
        case TraceKind::request_sent:
        case TraceKind::request_answered:
          participants_.insert({Lane::client});
          participants_.insert(server(record));
          break;
        case TraceKind::http:
          participants_.insert({Lane::glance});
          participants_.insert(glance_caller(record));
          break;
        case TraceKind::message_cast:
          participants_.insert(sender(record));
          participants_.insert({Lane::queue});
          break;
        case TraceKind::message_delivered:
          participants_.insert({Lane::queue});
          participants_.insert(compute(record));
          break;
        case TraceKind::operation_begun:
        case TraceKind::operation_ended:
          participants_.insert(compute(record));
          participants_.insert(hypervisor(record));
          break;
        default:
          break;
      }
    }
    if (participants_.empty()) participants_.insert({Lane::client});
  }

  /// Who serves the request: Glance deletes images, Nova does the rest.
  Participant server(const TraceRecord& record) const {
    return {static_cast<Action>(record.code) == Action::delete_image ? Lane::glance : Lane::api};
  }

  std::string label_of(const Participant& participant) const {
    switch (participant.lane) {
      case Lane::client:
        return "client";
      case Lane::api:
        return "nova-api";
      case Lane::glance:
        return "glance";
      case Lane::queue:
        return "queue";
      case Lane::compute:
        return "nova-compute@" + names_.host_name(participant.host);
      case Lane::hypervisor:
        return "libvirt@" + names_.host_name(participant.host);
    }
    return "client";
  }

  void begin_diagram() {
    diagram_ = "sequenceDiagram\n";
    const std::string title = shortened(visible(names_.record().scenario.title), label_columns_max);
    const std::string part = diagrams_.empty() ? "" : fmt::format(" (part {})", diagrams_.size() + 1);
    diagram_ += fmt::format("  title {}{}\n", mermaid_escaped(title.empty() ? "a run of snapsim" : title), part);
    for (const Participant& participant : participants_) {
      diagram_ += fmt::format("  participant {} as {}\n", participant.id(),
                              mermaid_escaped(shortened(visible(label_of(participant)), 40)));
    }
    empty_bytes_ = diagram_.size();
  }

  void add(const std::string& line) {
    if (diagram_.size() + line.size() > bytes_max_ && diagram_.size() > empty_bytes_) {
      diagrams_.push_back(std::move(diagram_));
      begin_diagram();
    }
    diagram_ += line;
  }

  std::string label(const TraceRecord& record, std::string_view text) const {
    const std::uint32_t instance = subjects_of(record, names_).instance;
    std::string whole;
    if (names_.record().scenario.instances.size() > 1 && instance != TraceRecord::none) {
      whole = shortened(visible(names_.instance_name(instance)), 40) + ", ";
    }
    whole += text;
    return mermaid_escaped(shortened(whole, label_columns_max));
  }

  static std::string arrow(const Participant& from, std::string_view how, const Participant& to,
                           std::string_view text) {
    return fmt::format("  {}{}{}: {}\n", from.id(), how, to.id(), text);
  }

  std::string line_of(const TraceRecord& record) const {
    const std::string text = label(record, step_text(names_, record));
    switch (record.kind) {
      case TraceKind::request_sent:
        return arrow({Lane::client}, "->>", server(record), text);
      case TraceKind::request_answered:
        return arrow(server(record), record.a == 0 ? "--x" : "-->>", {Lane::client}, text);
      case TraceKind::http:
        return arrow(glance_caller(record), record.a == 0 ? "-x" : "->>", {Lane::glance}, text);
      case TraceKind::message_cast:
        return arrow(sender(record), "-)", {Lane::queue}, text);
      case TraceKind::message_delivered:
        return arrow({Lane::queue}, "-)", compute(record), text);
      case TraceKind::operation_begun:
        return arrow(compute(record), "->>", hypervisor(record), text);
      case TraceKind::operation_ended:
        return arrow(hypervisor(record), record.b == 0 ? "-->>" : "--x", compute(record), text);
      default:
        return fmt::format("  Note over {}: {}\n", participant(record).id(), text);
    }
  }

  RunNames names_;
  std::size_t bytes_max_;
  std::set<Participant> participants_;
  std::vector<std::string> diagrams_;
  std::string diagram_;
  std::size_t empty_bytes_ = 0;
};

}  // namespace

std::string mermaid_escaped(std::string_view text) {
  const std::string printable = visible(text);
  std::string result;
  for (std::size_t i = 0; i < printable.size(); ++i) {
    const char c = printable[i];
    // "end" closes a block wherever it stands as a word.
    const auto is_word = [&printable](std::size_t at) {
      return at < printable.size() && std::isalnum(static_cast<unsigned char>(printable[at])) != 0;
    };
    const bool is_end = (printable.compare(i, 3, "end") == 0 || printable.compare(i, 3, "End") == 0 ||
                         printable.compare(i, 3, "END") == 0) &&
                        !is_word(i + 3) && (i == 0 || !is_word(i - 1));
    constexpr std::string_view special = "#;<%{}[]\\`&|";
    if (special.find(c) != std::string_view::npos || is_end) {
      result += fmt::format("#{};", static_cast<int>(static_cast<unsigned char>(c)));
    } else {
      result += c;
    }
  }
  return result;
}

std::vector<std::string> mermaid_diagrams(const RunRecord& record, std::size_t bytes_max) {
  return Diagrams(record, bytes_max).draw();
}

}  // namespace snapsim
