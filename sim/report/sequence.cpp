#include "sim/report/sequence.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "sim/report/step_text.hpp"
#include "sim/report/text.hpp"

namespace snapsim {
namespace {

using Lane = Participant::Lane;
using StepKind = SequenceStep::Kind;

bool is_on_host(Lane lane) {
  return lane == Lane::compute || lane == Lane::hypervisor;
}

bool is_drawn(const TraceRecord& record) {
  if (record.kind == TraceKind::http) return static_cast<GlanceCall>(record.code) != GlanceCall::schema;
  if (record.kind == TraceKind::operation_begun || record.kind == TraceKind::operation_ended) {
    const auto operation = static_cast<Operation>(record.code);
    return operation >= Operation::hypervisor_suspend && operation <= Operation::guest_agent_thaw;
  }
  // What an operation or the answer shows already.
  if (record.kind == TraceKind::log && step_weight(record) != StepWeight::trouble) return false;
  return step_weight(record) != StepWeight::detail;
}

class SequenceMaker {
 public:
  explicit SequenceMaker(const RunNames& names) : names_(names) {}

  Sequence make(HttpForm form) {
    const auto trace = names_.record().trace;
    for (std::size_t position = 0; position < trace.size(); ++position) {
      if (is_drawn(trace[position])) add(position, trace[position], form);
    }
    if (participants_.empty()) participants_.insert({Lane::client});
    sequence_.participants.assign(participants_.begin(), participants_.end());
    return std::move(sequence_);
  }

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

 private:
  /// Hosts beyond the scenario's are drawn as the first one.
  std::uint32_t known_host(std::uint32_t host) const { return host < names_.record().scenario.hosts.size() ? host : 0; }

  Participant compute(const TraceRecord& record) const {
    const RecordSubjects subjects = subjects_of(record, names_);
    if (subjects.host != TraceRecord::none) return {Lane::compute, known_host(subjects.host)};
    const InstanceSpec* instance = names_.instance(subjects.instance);
    return {Lane::compute, instance == nullptr ? 0 : known_host(instance->host)};
  }

  Participant hypervisor(const TraceRecord& record) const { return {Lane::hypervisor, compute(record).host}; }

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

  /// Who serves the request: Glance deletes images, Nova does the rest.
  static Participant server(const TraceRecord& record) {
    return {static_cast<Action>(record.code) == Action::delete_image ? Lane::glance : Lane::api};
  }

  void add(std::size_t position, const TraceRecord& record, HttpForm form) {
    SequenceStep step{position, record.virtual_us,   StepKind::note,     false,
                      false,    participant(record), participant(record)};
    // Columns that are there although no arrow may reach them.
    participants_.insert(step.from);
    switch (record.kind) {
      case TraceKind::request_sent:
        draw(step, StepKind::call, {Lane::client}, server(record), false);
        break;
      case TraceKind::request_answered:
        draw(step, StepKind::answer, server(record), {Lane::client}, record.a == 0);
        break;
      case TraceKind::http:
        add_http(step, record, form);
        return;
      case TraceKind::message_cast:
        draw(step, StepKind::cast, sender(record), {Lane::queue}, false);
        break;
      case TraceKind::message_delivered:
        draw(step, StepKind::cast, {Lane::queue}, compute(record), false);
        break;
      case TraceKind::operation_begun:
        draw(step, StepKind::call, compute(record), hypervisor(record), false);
        break;
      case TraceKind::operation_ended:
        draw(step, StepKind::answer, hypervisor(record), compute(record), record.b != 0);
        break;
      default:
        break;
    }
    sequence_.steps.push_back(step);
  }

  void draw(SequenceStep& step, StepKind kind, Participant from, Participant to, bool failed) {
    step.kind = kind;
    step.from = from;
    step.to = to;
    step.failed = failed;
    participants_.insert(from);
    participants_.insert(to);
  }

  void add_http(SequenceStep step, const TraceRecord& record, HttpForm form) {
    draw(step, StepKind::call, glance_caller(record), {Lane::glance}, record.a == 0);
    if (form == HttpForm::one_arrow) {
      sequence_.steps.push_back(step);
      return;
    }
    SequenceStep begin = step;
    begin.virtual_us = record.virtual_us - std::max<std::int64_t>(record.b, 0);
    begin.failed = false;
    begin.is_http_begin = true;
    sequence_.steps.insert(std::ranges::upper_bound(sequence_.steps, begin.virtual_us, {}, &SequenceStep::virtual_us),
                           begin);
    draw(step, StepKind::answer, {Lane::glance}, glance_caller(record), record.a == 0 || record.a >= 400);
    sequence_.steps.push_back(step);
  }

  const RunNames& names_;
  std::set<Participant> participants_;
  Sequence sequence_;
};

}  // namespace

std::strong_ordering Participant::operator<=>(const Participant& other) const {
  if (is_on_host(lane) && is_on_host(other.lane) && host != other.host) return host <=> other.host;
  return lane <=> other.lane;
}

std::string Participant::id() const {
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

Participant participant_of(const RunNames& names, const TraceRecord& record) {
  return SequenceMaker(names).participant(record);
}

Sequence sequence_of(const RunNames& names, HttpForm form) {
  return SequenceMaker(names).make(form);
}

std::string participant_text(const RunNames& names, const Participant& participant) {
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
      return visible("nova-compute@" + names.host_name(participant.host));
    case Lane::hypervisor:
      return visible("libvirt@" + names.host_name(participant.host));
  }
  return "client";
}

std::string sequence_text(const RunNames& names, const SequenceStep& step) {
  const TraceRecord& record = names.record().trace[step.position];
  const std::uint32_t instance = subjects_of(record, names).instance;
  std::string text;
  if (names.record().scenario.instances.size() > 1 && instance != TraceRecord::none) {
    text = shortened(visible(names.instance_name(instance)), 40) + ", ";
  }
  if (step.is_http_begin) return text + http_call_text(names, record);
  return text + step_text(names, record);
}

}  // namespace snapsim
