#include "sim/report/run_names.hpp"

#include <fmt/format.h>

#include "sim/report/names.hpp"

namespace snapsim {
namespace {

/// Commands are told apart by what runs, on what, for whom.
std::uint64_t command_key(const TraceRecord& record) {
  return std::uint64_t{record.subject} << 32 | std::uint64_t{record.request & 0xffffff} << 8 | record.code;
}

/// The value at that index, growing the list with `filler`. An index can be wrong; it is then left out rather than
/// making a list of its size.
template <class T>
void put(std::vector<T>& list, std::uint64_t index, T value, T filler, std::size_t index_max) {
  if (index > index_max) return;
  if (list.size() <= index) list.resize(index + 1, filler);
  list[index] = value;
}

std::uint32_t as_index(std::int64_t number) {
  return number >= 0 && number < TraceRecord::none ? static_cast<std::uint32_t>(number) : TraceRecord::none;
}

}  // namespace

RunNames::RunNames(const RunRecord& record) : record_(record) {
  read_trace();
}

void RunNames::read_trace() {
  constexpr std::uint32_t none = TraceRecord::none;
  const std::size_t index_max = record_.trace.size() + record_.scenario.requests.size();
  for (const RequestResult& reply : record_.result.requests) {
    put<const RequestResult*>(replies_, reply.index, &reply, nullptr, index_max);
  }
  for (const ImageResult& image : record_.result.images) {
    put<const ImageResult*>(image_results_, image.id.value, &image, nullptr, index_max);
  }
  std::unordered_map<std::uint64_t, std::size_t> begun_commands;
  for (std::size_t position = 0; position < record_.trace.size(); ++position) {
    const TraceRecord& step = record_.trace[position];
    switch (step.kind) {
      case TraceKind::request_sent:
        put(sent_us_, as_index(step.a), step.virtual_us, std::int64_t{0}, index_max);
        break;
      case TraceKind::image_status:
        if (step.a == -1) {
          put(image_requests_, step.subject, step.request, none, index_max);
          put(request_images_, step.request, step.subject, none, index_max);
        }
        break;
      case TraceKind::file_made:
        read_file_made(step);
        break;
      case TraceKind::command:
        if (step.b < 0) {
          begun_commands[command_key(step)] = position;
        } else if (const auto begun = begun_commands.find(command_key(step)); begun != begun_commands.end()) {
          // One that fails names no file at its end.
          const std::int64_t destination = step.a < 0 ? record_.trace[begun->second].a : step.a;
          commands_[begun->second] = commands_[position] = {begun->second, as_index(destination)};
          begun_commands.erase(begun);
        }
        break;
      default:
        break;
    }
  }
}

void RunNames::read_file_made(const TraceRecord& record) {
  File file{static_cast<FilePurpose>(record.a), as_index(record.b), record.subject};
  if (file.purpose == FilePurpose::delta) {
    open_deltas_[file.instance] = record.subject;
  } else if (const auto delta = open_deltas_.find(file.instance);
             file.purpose == FilePurpose::extracted_image && delta != open_deltas_.end()) {
    file.snapshot = delta->second;
    open_deltas_.erase(delta);
  }
  files_[record.subject] = file;
}

std::string RunNames::instance_name(std::uint32_t instance) const {
  if (instance < record_.scenario.instances.size()) return record_.scenario.instances[instance].name;
  return fmt::format("instance-{}", instance);
}

std::string RunNames::host_name(std::uint32_t host) const {
  if (host < record_.scenario.hosts.size()) return record_.scenario.hosts[host];
  return fmt::format("host-{}", host);
}

std::string RunNames::image_name(std::uint32_t image) const {
  if (const ImageResult* result = image_result(image); result != nullptr && !result->name.empty()) return result->name;
  const std::uint32_t made_by = image < image_requests_.size() ? image_requests_[image] : TraceRecord::none;
  if (const RequestSpec* spec = request(made_by)) {
    const std::string name = made_image_name(record_.scenario, *spec);
    if (!name.empty()) return name;
  }
  return fmt::format("image-{}", image);
}

std::string RunNames::instance_uuid(std::uint32_t instance) const {
  return instance == TraceRecord::none ? "-" : instance_uuid_text(instance, seed());
}

std::string RunNames::image_id(std::uint32_t image) const {
  return image == TraceRecord::none ? "-" : image_id_text(image, seed());
}

std::uint32_t RunNames::image_of_request(std::uint32_t request) const {
  return request < request_images_.size() ? request_images_[request] : TraceRecord::none;
}

std::int64_t RunNames::sent_us(std::uint32_t request) const {
  return request < sent_us_.size() ? sent_us_[request] : 0;
}

const RequestSpec* RunNames::request(std::uint32_t request) const {
  return request < record_.scenario.requests.size() ? &record_.scenario.requests[request] : nullptr;
}

const ImageResult* RunNames::image_result(std::uint32_t image) const {
  return image < image_results_.size() ? image_results_[image] : nullptr;
}

const RequestResult* RunNames::reply(std::uint32_t request) const {
  return request < replies_.size() ? replies_[request] : nullptr;
}

const InstanceSpec* RunNames::instance(std::uint32_t instance) const {
  return instance < record_.scenario.instances.size() ? &record_.scenario.instances[instance] : nullptr;
}

const RunNames::File* RunNames::file(std::uint32_t file) const {
  const auto found = files_.find(file);
  return found == files_.end() ? nullptr : &found->second;
}

std::string RunNames::file_path(std::uint32_t file_index) const {
  const File* found = file(file_index);
  if (found == nullptr) return guest_disk_path(file_index, seed());
  switch (found->purpose) {
    case FilePurpose::delta:
      return delta_path(found->snapshot, seed());
    case FilePurpose::extracted_image:
      return extracted_image_path(found->snapshot, seed());
    case FilePurpose::guest_disk:
      break;
  }
  return guest_disk_path(found->instance == TraceRecord::none ? file_index : found->instance, seed());
}

FilePurpose RunNames::file_purpose(std::uint32_t file_index) const {
  const File* found = file(file_index);
  return found == nullptr ? FilePurpose::guest_disk : found->purpose;
}

std::uint32_t RunNames::file_instance(std::uint32_t file_index) const {
  const File* found = file(file_index);
  if (found != nullptr) return found->instance;
  return file_index < record_.scenario.instances.size() ? file_index : TraceRecord::none;
}

std::string RunNames::command_destination(std::size_t position) const {
  const TraceRecord& step = record_.trace[position];
  const auto found = commands_.find(position);
  const Command command = found == commands_.end() ? Command{position, as_index(step.a)} : found->second;
  if (command.destination != TraceRecord::none && file(command.destination) != nullptr) {
    return file_path(command.destination);
  }
  // Beyond all numbers of files.
  const std::uint64_t snapshot = std::uint64_t{1} << 32 | command.begun_at;
  return static_cast<CommandKind>(step.code) == CommandKind::create_delta ? delta_path(snapshot, seed())
                                                                          : extracted_image_path(snapshot, seed());
}

RecordSubjects subjects_of(const TraceRecord& record, const RunNames& names) {
  RecordSubjects subjects{TraceRecord::none, TraceRecord::none, record.host};
  switch (record.kind) {
    case TraceKind::request_answered:
      subjects.instance = record.subject;
      subjects.image = as_index(record.b);
      break;
    case TraceKind::operation_begun:
    case TraceKind::operation_ended:
    case TraceKind::notification:
      subjects.instance = record.subject;
      subjects.image = as_index(record.a);
      break;
    case TraceKind::image_status:
    case TraceKind::http: {
      subjects.image = record.subject;
      const RequestSpec* request = names.request(record.request);
      if (request != nullptr && request->instance) subjects.instance = *request->instance;
      break;
    }
    case TraceKind::file_made:
    case TraceKind::file_removed:
    case TraceKind::command:
      subjects.instance = names.file_instance(record.subject);
      break;
    case TraceKind::process_died:
    case TraceKind::process_started:
      if (record.component == Component::nova_compute && subjects.host == TraceRecord::none) {
        subjects.host = record.subject;
      }
      break;
    case TraceKind::choice:
      break;
    case TraceKind::request_sent:
    case TraceKind::message_lost:
    case TraceKind::fault:
    case TraceKind::vm_state_written:
    case TraceKind::task_state_written:
    case TraceKind::task_state_refused:
    case TraceKind::power_state_written:
    case TraceKind::guest_changed:
    case TraceKind::message_cast:
    case TraceKind::message_delivered:
    case TraceKind::log:
    case TraceKind::action_started:
    case TraceKind::event_started:
    case TraceKind::event_finished:
    case TraceKind::fault_recorded:
    case TraceKind::task_begun:
    case TraceKind::task_ended:
      subjects.instance = record.subject;
      break;
  }
  return subjects;
}

}  // namespace snapsim
