#include "sim/report/exception_text.hpp"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "sim/nova/exceptions.hpp"
#include "sim/report/names.hpp"
#include "sim/report/text.hpp"

namespace snapsim {
namespace {

constexpr std::string_view glance_url = "http://127.0.0.1:9292";

template <std::size_t size>
std::string_view found(const std::array<std::pair<int, std::string_view>, size>& table, std::int64_t key,
                       std::string_view otherwise) {
  for (const auto& [number, text] : table) {
    if (number == key) return text;
  }
  return otherwise;
}

/// glanceclient/exc.py; a status that it does not know is its HTTPException.
std::string_view glanceclient_class(std::int64_t status) {
  static constexpr std::array<std::pair<int, std::string_view>, 9> classes{{
      {400, "HTTPBadRequest"},
      {401, "HTTPUnauthorized"},
      {403, "HTTPForbidden"},
      {404, "HTTPNotFound"},
      {409, "HTTPConflict"},
      {413, "HTTPOverLimit"},
      {500, "HTTPInternalServerError"},
      {502, "HTTPBadGateway"},
      {503, "HTTPServiceUnavailable"},
  }};
  return found(classes, status, "HTTPException");
}

/// Texts of libvirt's errors; of operations that the tests make fail there is more than one.
std::string libvirt_text(std::int32_t code, std::uint32_t instance, const std::string& uuid) {
  switch (code) {
    case LibvirtError::no_domain:
      return fmt::format("Domain not found: no domain with matching uuid '{}' ({})", uuid, domain_name_text(instance));
    case LibvirtError::operation_failed:
      return "operation failed: domain is not running";
    case LibvirtError::operation_invalid:
      return "Requested operation is not valid: domain is not running";
    case LibvirtError::agent_unresponsive:
      return "Guest agent is not responding: QEMU guest agent is not connected";
    case 8:
      return "invalid argument: disk vda does not have an active block job";
    case 68:
      return "Timed out during operation: cannot acquire state change lock";
    default:
      return "internal error: unable to execute QEMU command";
  }
}

/// strerror() of the errors that flows meet. Not the C library's, whose words depend on the locale.
std::string os_error_text(std::int32_t error) {
  static constexpr std::array<std::pair<int, std::string_view>, 9> texts{{
      {2, "No such file or directory"},
      {5, "Input/output error"},
      {13, "Permission denied"},
      {28, "No space left on device"},
      {30, "Read-only file system"},
      {32, "Broken pipe"},
      {104, "Connection reset by peer"},
      {110, "Connection timed out"},
      {111, "Connection refused"},
  }};
  return fmt::format("[Errno {}] {}", error, found(texts, error, "Unknown error"));
}

/// A task_state as Python prints it.
std::string python_text(std::uint8_t task_state) {
  const auto state = static_cast<TaskState>(task_state);
  return state == TaskState::none ? "None" : fmt::format("'{}'", to_string(state));
}

std::string communication_error_text(const RunNames& names, const Failure& failure, std::uint32_t image) {
  const std::string url = image == TraceRecord::none
                              ? fmt::format("{}/v2/images", glance_url)
                              : fmt::format("{}/v2/images/{}/file", glance_url, names.image_id(image));
  const std::string reason =
      failure.code == 0 ? "Remote end closed connection without response" : os_error_text(failure.code);
  return fmt::format("Error finding address for {0}: Unable to establish connection to {0}: {1}", url, reason);
}

std::string invalid_state_text(const Failure& failure, const std::string& uuid) {
  switch (static_cast<InvalidStateAttribute>(failure.code)) {
    case InvalidStateAttribute::vm_state:
      return fmt::format(
          "Instance {} in vm_state {}. Cannot perform the operation while the instance is in this state.", uuid,
          to_string(static_cast<VmState>(failure.actual)));
    case InvalidStateAttribute::task_state:
      return fmt::format(
          "Instance {} in task_state {}. Cannot perform the operation while the instance is in this state.", uuid,
          to_string(static_cast<TaskState>(failure.actual)));
    case InvalidStateAttribute::launched_at:
      break;
  }
  return fmt::format(
      "Instance {} in launched_at None. Cannot perform the operation while the instance is in this state.", uuid);
}

std::int64_t bytes_of_gib(std::int32_t gib) {
  return std::int64_t{gib} << 30;
}

std::string unacceptable_text(const RunNames& names, const Failure& failure, std::uint32_t instance) {
  const InstanceSpec* spec = names.instance(instance);
  const DiskFormat own = spec == nullptr ? DiskFormat::qcow2 : spec->disk_format;
  const DiskFormat format = names.record().scenario.config.snapshot_image_format.value_or(own);
  const std::string path = guest_disk_path(instance == TraceRecord::none ? 0 : instance, names.seed());
  return fmt::format(
      "Image {} is unacceptable: Unable to convert image to {}: Unexpected error while running command. Exit code: {}",
      path, to_string(format), failure.code);
}

}  // namespace

std::string http_status_text(std::int64_t status) {
  static constexpr std::array<std::pair<int, std::string_view>, 14> phrases{{
      {200, "OK"},
      {201, "Created"},
      {202, "Accepted"},
      {204, "No Content"},
      {400, "Bad Request"},
      {401, "Unauthorized"},
      {403, "Forbidden"},
      {404, "Not Found"},
      {409, "Conflict"},
      {410, "Gone"},
      {413, "Request Entity Too Large"},
      {500, "Internal Server Error"},
      {502, "Bad Gateway"},
      {503, "Service Unavailable"},
  }};
  const std::string_view phrase = found(phrases, status, "");
  return phrase.empty() ? fmt::format("{}", status) : fmt::format("{} {}", status, phrase);
}

std::string http_request_line(const RunNames& names, const TraceRecord& record) {
  const std::string image = "/v2/images/" + names.image_id(record.subject);
  switch (static_cast<GlanceCall>(record.code)) {
    case GlanceCall::create:
      return "POST /v2/images";
    case GlanceCall::show:
      return "GET " + image;
    case GlanceCall::list:
      return "GET /v2/images";
    case GlanceCall::download:
      return "GET " + image + "/file";
    case GlanceCall::schema:
      return "GET /v2/schemas/image";
    case GlanceCall::update:
      return "PATCH " + image;
    case GlanceCall::upload:
      return "PUT " + image + "/file";
    case GlanceCall::remove:
      return "DELETE " + image;
  }
  return "GET /v2/images";
}

std::string exception_class(const Failure& failure) {
  switch (failure.kind) {
    case FailureKind::instance_not_found:
      return "nova.exception.InstanceNotFound";
    case FailureKind::instance_not_running:
      return "nova.exception.InstanceNotRunning";
    case FailureKind::instance_not_ready:
      return "nova.exception.InstanceNotReady";
    case FailureKind::no_compute_host:
      return "nova.exception.NovaException";
    case FailureKind::unexpected_task_state:
      return "nova.exception.UnexpectedTaskStateError";
    case FailureKind::unexpected_deleting_task_state:
      return "nova.exception.UnexpectedDeletingTaskStateError";
    case FailureKind::unknown_instance_update_conflict:
      return "nova.exception.UnknownInstanceUpdateConflict";
    case FailureKind::instance_invalid_state:
      return "nova.exception.InstanceInvalidState";
    case FailureKind::image_not_found:
      return "nova.exception.ImageNotFound";
    case FailureKind::image_not_authorized:
      return "nova.exception.ImageNotAuthorized";
    case FailureKind::image_bad_request:
      return "nova.exception.ImageBadRequest";
    case FailureKind::image_quota_exceeded:
      return "nova.exception.ImageQuotaExceeded";
    case FailureKind::image_delete_conflict:
      return "nova.exception.ImageDeleteConflict";
    case FailureKind::image_unacceptable:
      return "nova.exception.ImageUnacceptable";
    case FailureKind::glance_connection_failed:
      return "nova.exception.GlanceConnectionFailed";
    case FailureKind::http:
      return fmt::format("glanceclient.exc.{}", glanceclient_class(failure.code));
    case FailureKind::communication_error:
      return "glanceclient.exc.CommunicationError";
    case FailureKind::libvirt:
      return "libvirt.libvirtError";
    case FailureKind::quiesce_not_supported:
      return "nova.exception.InstanceQuiesceNotSupported";
    case FailureKind::qemu_guest_agent_not_enabled:
      return "nova.exception.QemuGuestAgentNotEnabled";
    case FailureKind::instance_power_off_failure:
      return "nova.exception.InstancePowerOffFailure";
    case FailureKind::flavor_disk_smaller_than_min_disk:
      return "nova.exception.FlavorDiskSmallerThanMinDisk";
    case FailureKind::os_error:
      return "OSError";
    case FailureKind::db_error:
      return "oslo_db.exception.DBError";
    case FailureKind::image_not_active:
      return "nova.exception.ImageNotActive";
    case FailureKind::instance_not_rescuable:
      return "nova.exception.InstanceNotRescuable";
    case FailureKind::unshelve_failed:
      return "nova.exception.UnshelveException";
    case FailureKind::messaging_timeout:
      return "oslo_messaging.exceptions.MessagingTimeout";
    case FailureKind::invalid_input:
      return "nova.exception.ValidationError";
    case FailureKind::none:
      break;
  }
  return "Exception";
}

std::string exception_text(const RunNames& names, const Failure& failure, const FailureSubjects& subjects) {
  std::uint32_t instance = subjects.instance;
  if (const RequestSpec* request = names.request(subjects.request); request != nullptr && request->instance) {
    if (instance == TraceRecord::none) instance = *request->instance;
  }
  const std::string uuid = names.instance_uuid(instance);
  // Failures of images carry the image; the others are about the one that the request made.
  const auto own_image = [&] { return names.image_id(static_cast<std::uint32_t>(failure.code)); };
  const std::uint32_t image =
      subjects.image != TraceRecord::none ? subjects.image : names.image_of_request(subjects.request);
  switch (failure.kind) {
    case FailureKind::instance_not_found:
      return fmt::format("Instance {} could not be found.", uuid);
    case FailureKind::instance_not_running:
      return fmt::format("Instance {} is not running.", uuid);
    case FailureKind::instance_not_ready:
      return fmt::format("Instance {} is not ready", uuid);
    case FailureKind::no_compute_host:
      return "No compute host specified";
    case FailureKind::unexpected_task_state:
    case FailureKind::unexpected_deleting_task_state:
      return fmt::format(
          "Conflict updating instance {}. Expected: {{'task_state': [{}]}}. Actual: {{'task_state': {}}}", uuid,
          python_text(failure.expected), python_text(failure.actual));
    case FailureKind::unknown_instance_update_conflict:
      return fmt::format("Conflict updating instance {}, but we were unable to determine the cause", uuid);
    case FailureKind::instance_invalid_state:
      return invalid_state_text(failure, uuid);
    case FailureKind::image_not_found:
      return fmt::format("Image {} could not be found.", own_image());
    case FailureKind::image_not_authorized:
      return fmt::format("Not authorized for image {}.", own_image());
    case FailureKind::image_bad_request:
      return fmt::format("Request of image {} got BadRequest response: 400 Bad Request", own_image());
    case FailureKind::image_quota_exceeded:
      return fmt::format("Quota exceeded or out of space for image {} in the image service.", own_image());
    case FailureKind::image_delete_conflict:
      return fmt::format(
          "Conflict deleting image. Reason: HTTP 409 Conflict: Image {} could not be deleted because it "
          "is in use.",
          own_image());
    case FailureKind::image_unacceptable:
      return unacceptable_text(names, failure, instance);
    case FailureKind::glance_connection_failed:
      return fmt::format("Connection to glance host {} failed: {}", glance_url,
                         failure.code == 0 ? communication_error_text(names, failure, image)
                                           : "HTTP " + http_status_text(failure.code));
    case FailureKind::http:
      return "HTTP " + http_status_text(failure.code);
    case FailureKind::communication_error:
      return communication_error_text(names, failure, image);
    case FailureKind::libvirt:
      return libvirt_text(failure.code, instance, uuid);
    case FailureKind::instance_power_off_failure:
      return fmt::format("Failed to power off instance: {}", libvirt_text(failure.code, instance, uuid));
    case FailureKind::flavor_disk_smaller_than_min_disk:
      return fmt::format(
          "Flavor's disk is too small for requested image. Flavor disk is {} bytes, minimum is {} bytes.",
          bytes_of_gib(failure.code >> 16), bytes_of_gib(failure.code & 0xffff));
    case FailureKind::quiesce_not_supported:
      return fmt::format("Quiescing is not supported in instance {}", uuid);
    case FailureKind::qemu_guest_agent_not_enabled:
      return "QEMU guest agent is not enabled";
    case FailureKind::os_error:
      return os_error_text(failure.code);
    case FailureKind::db_error:
      return "(pymysql.err.OperationalError) (2013, 'Lost connection to MySQL server during query')";
    case FailureKind::image_not_active:
      return fmt::format("Image {} is not active.", own_image());
    case FailureKind::instance_not_rescuable:
      return fmt::format("Instance {} cannot be rescued: Driver Error", uuid);
    case FailureKind::unshelve_failed:
      return fmt::format("Error during unshelve instance {}: Unshelve attempted but the image {} cannot be found.",
                         uuid, own_image());
    case FailureKind::messaging_timeout:
      return fmt::format("Timed out waiting for a reply to message ID {}",
                         hex_text(NameKind::message, subjects.request, names.seed()));
    case FailureKind::invalid_input: {
      const RequestSpec* spec = names.request(subjects.request);
      return fmt::format("Invalid input for field/attribute name. Value: {}.", spec == nullptr ? "" : spec->name);
    }
    case FailureKind::none:
      break;
  }
  return "unknown error";
}

std::string exception_summary(const RunNames& names, const Failure& failure, const FailureSubjects& subjects) {
  return fmt::format("{}: {}", exception_class(failure), exception_text(names, failure, subjects));
}

std::string operation_failure_text(const RunNames& names, const TraceRecord& record) {
  const auto code = static_cast<std::int32_t>(record.b);
  switch (static_cast<Operation>(record.code)) {
    case Operation::glance_create:
    case Operation::glance_get:
    case Operation::glance_update:
    case Operation::glance_delete:
    case Operation::glance_list:
    case Operation::glance_upload:
      return record.b < 0 ? "no answer" : http_status_text(record.b);
    case Operation::hypervisor_suspend:
    case Operation::hypervisor_resume:
    case Operation::hypervisor_pause:
    case Operation::hypervisor_unpause:
    case Operation::hypervisor_shutdown:
    case Operation::hypervisor_destroy:
    case Operation::hypervisor_undefine:
    case Operation::hypervisor_define:
    case Operation::hypervisor_block_copy:
    case Operation::hypervisor_block_job_abort:
    case Operation::guest_agent_freeze:
    case Operation::guest_agent_thaw:
      return exception_summary(names, {FailureKind::libvirt, 0, 0, code},
                               {record.subject, TraceRecord::none, record.request});
    case Operation::disk_extract:
    case Operation::disk_create_delta:
      return fmt::format("qemu-img ended with {}", code);
    case Operation::disk_mkdtemp:
      return fmt::format("errno {}", code);
    case Operation::queue_cast:
    case Operation::queue_deliver:
    case Operation::db_save:
    case Operation::disk_cleanup:
    case Operation::disk_delete_instance_files:
      break;
  }
  return fmt::format("code {}", record.b);
}

std::string_view api_name(Action action) {
  switch (action) {
    case Action::create_image:
      return "createImage";
    case Action::create_backup:
      return "createBackup";
    case Action::rebuild:
      return "rebuild";
    case Action::rescue:
      return "rescue";
    case Action::unrescue:
      return "unrescue";
    case Action::delete_:
      return "delete";
    case Action::force_delete:
      return "forceDelete";
    case Action::stop:
      return "stop";
    case Action::start:
      return "start";
    case Action::pause:
      return "pause";
    case Action::unpause:
      return "unpause";
    case Action::suspend:
      return "suspend";
    case Action::resume:
      return "resume";
    case Action::reboot:
      return "reboot";
    case Action::reset_state:
      return "resetState";
    case Action::delete_image:
      return "deleteImage";
    case Action::shelve:
      return "shelve";
    case Action::unshelve:
      return "unshelve";
    case Action::crash:
      return "crash";
    case Action::restart:
      return "restart";
  }
  return "unknown";
}

std::string request_body(const RunNames& names, std::uint32_t request) {
  const RequestSpec* spec = names.request(request);
  if (spec == nullptr) return "null";
  const std::string name = json_quoted(spec->name);
  switch (spec->action) {
    case Action::create_image:
      return fmt::format("{{\"createImage\": {{\"name\": {}}}}}", name);
    case Action::create_backup:
      return fmt::format("{{\"createBackup\": {{\"name\": {}, \"backup_type\": {}, \"rotation\": {}}}}}", name,
                         json_quoted(spec->backup_type), spec->rotation);
    case Action::rebuild:
      return fmt::format("{{\"rebuild\": {{\"imageRef\": {}}}}}", json_quoted(spec->image));
    case Action::reboot:
      return fmt::format("{{\"reboot\": {{\"type\": \"{}\"}}}}",
                         spec->reboot_type == RebootType::soft ? "SOFT" : "HARD");
    case Action::reset_state:
      return fmt::format("{{\"os-resetState\": {{\"state\": \"{}\"}}}}", to_string(spec->state));
    case Action::stop:
    case Action::start:
      return fmt::format("{{\"os-{}\": null}}", api_name(spec->action));
    case Action::rescue:
    case Action::unrescue:
    case Action::force_delete:
    case Action::pause:
    case Action::unpause:
    case Action::suspend:
    case Action::resume:
    case Action::shelve:
    case Action::unshelve:
      return fmt::format("{{\"{}\": null}}", api_name(spec->action));
    case Action::delete_:
    case Action::delete_image:
    case Action::crash:
    case Action::restart:
      break;
  }
  return "null";
}

}  // namespace snapsim
