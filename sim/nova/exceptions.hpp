#pragma once

#include <exception>

#include "sim/nova/failure.hpp"
#include "sim/nova/ids.hpp"

namespace snapsim {

// Nova's exceptions and their inheritance, because which handler catches which base class is what Nova does after a
// fault. Sources: nova/exception.py, glanceclient/exc.py, libvirt. Arguments ride along as numbers (Failure).

/// Python's `Exception`: what `except Exception` catches, and thus never a defect of snapsim.
class Exception : public std::exception {
 public:
  explicit Exception(Failure failure) : failure_(failure) {}
  const Failure& failure() const { return failure_; }
  const char* what() const noexcept override { return "an exception of the simulated services"; }

 private:
  Failure failure_;
};

/// nova.exception.NovaException; `code` is the HTTP status that it stands for.
class NovaException : public Exception {
 public:
  explicit NovaException(Failure failure, int code = 500) : Exception(failure), code_(code) {}
  int code() const { return code_; }

 private:
  int code_;
};

class NotFound : public NovaException {
 public:
  explicit NotFound(Failure failure) : NovaException(failure, 404) {}
};
class InstanceNotFound : public NotFound {
 public:
  InstanceNotFound() : NotFound({FailureKind::instance_not_found, 0, 0, 0}) {}
};
class ImageNotFound : public NotFound {
 public:
  explicit ImageNotFound(ImageId image)
      : NotFound({FailureKind::image_not_found, 0, 0, static_cast<std::int32_t>(image.value)}) {}
};

class Invalid : public NovaException {
 public:
  explicit Invalid(Failure failure) : NovaException(failure, 400) {}
};
class InstanceNotRunning : public Invalid {
 public:
  InstanceNotRunning() : Invalid({FailureKind::instance_not_running, 0, 0, 0}) {}
};
/// nova/compute/api.py, check_instance_host: the instance is on no host.
class InstanceNotReady : public Invalid {
 public:
  InstanceNotReady() : Invalid({FailureKind::instance_not_ready, 0, 0, 0}) {}
};
/// nova/compute/rpcapi.py, _compute_host(): nobody to send the message to.
class NoComputeHost : public NovaException {
 public:
  NoComputeHost() : NovaException({FailureKind::no_compute_host, 0, 0, 0}) {}
};
/// Which attribute forbids the operation.
enum class InvalidStateAttribute : std::uint8_t { vm_state, task_state, launched_at };
class InstanceInvalidState : public Invalid {
 public:
  /// `state` is the VmState or TaskState found.
  InstanceInvalidState(InvalidStateAttribute attribute, std::uint8_t state)
      : Invalid({FailureKind::instance_invalid_state, 0, state, static_cast<std::int32_t>(attribute)}) {}
};
class ImageBadRequest : public Invalid {
 public:
  explicit ImageBadRequest(ImageId image)
      : Invalid({FailureKind::image_bad_request, 0, 0, static_cast<std::int32_t>(image.value)}) {}
};
/// `code` is what qemu-img ended with (a negative signal number if it was killed).
class ImageUnacceptable : public Invalid {
 public:
  explicit ImageUnacceptable(int code) : Invalid({FailureKind::image_unacceptable, 0, 0, code}) {}
};
class ImageNotActive : public Invalid {
 public:
  explicit ImageNotActive(ImageId image)
      : Invalid({FailureKind::image_not_active, 0, 0, static_cast<std::int32_t>(image.value)}) {}
};
/// nova/exception.py: FlavorDiskSmallerThanMinDisk; both in GiB, below 2^15.
class FlavorDiskSmallerThanMinDisk : public Invalid {
 public:
  FlavorDiskSmallerThanMinDisk(std::int32_t flavor_gb, std::int32_t min_disk_gb)
      : Invalid({FailureKind::flavor_disk_smaller_than_min_disk, 0, 0, flavor_gb << 16 | min_disk_gb}) {}
};
/// nova/exception.py: InstanceNotRescuable; "Driver Error".
class InstanceNotRescuable : public Invalid {
 public:
  InstanceNotRescuable() : Invalid({FailureKind::instance_not_rescuable, 0, 0, 0}) {}
};
/// nova/exception.py: UnshelveException; the image that was to be used cannot be found.
class UnshelveException : public NovaException {
 public:
  explicit UnshelveException(ImageId image)
      : NovaException({FailureKind::unshelve_failed, 0, 0, static_cast<std::int32_t>(image.value)}) {}
};
class InstanceQuiesceNotSupported : public Invalid {
 public:
  explicit InstanceQuiesceNotSupported(FailureKind kind = FailureKind::quiesce_not_supported)
      : Invalid({kind, 0, 0, 0}) {}
};
class QemuGuestAgentNotEnabled : public Invalid {
 public:
  QemuGuestAgentNotEnabled() : Invalid({FailureKind::qemu_guest_agent_not_enabled, 0, 0, 0}) {}
};

class InstanceUpdateConflict : public NovaException {
 public:
  using NovaException::NovaException;
};
class UnknownInstanceUpdateConflict : public InstanceUpdateConflict {
 public:
  UnknownInstanceUpdateConflict() : InstanceUpdateConflict({FailureKind::unknown_instance_update_conflict, 0, 0, 0}) {}
};
class UnexpectedTaskStateError : public InstanceUpdateConflict {
 public:
  UnexpectedTaskStateError(TaskState expected, TaskState actual)
      : UnexpectedTaskStateError(FailureKind::unexpected_task_state, expected, actual) {}

 protected:
  UnexpectedTaskStateError(FailureKind kind, TaskState expected, TaskState actual)
      : InstanceUpdateConflict({kind, static_cast<std::uint8_t>(expected), static_cast<std::uint8_t>(actual), 0}) {}
};
class UnexpectedDeletingTaskStateError : public UnexpectedTaskStateError {
 public:
  UnexpectedDeletingTaskStateError(TaskState expected, TaskState actual)
      : UnexpectedTaskStateError(FailureKind::unexpected_deleting_task_state, expected, actual) {}
};

/// `code` is libvirt's.
class InstancePowerOffFailure : public NovaException {
 public:
  explicit InstancePowerOffFailure(int code) : NovaException({FailureKind::instance_power_off_failure, 0, 0, code}) {}
};

class Forbidden : public NovaException {
 public:
  explicit Forbidden(Failure failure) : NovaException(failure, 403) {}
};
class ImageNotAuthorized : public NovaException {
 public:
  explicit ImageNotAuthorized(ImageId image)
      : NovaException({FailureKind::image_not_authorized, 0, 0, static_cast<std::int32_t>(image.value)}) {}
};
class ImageQuotaExceeded : public NovaException {
 public:
  explicit ImageQuotaExceeded(ImageId image)
      : NovaException({FailureKind::image_quota_exceeded, 0, 0, static_cast<std::int32_t>(image.value)}) {}
};
class ImageDeleteConflict : public NovaException {
 public:
  explicit ImageDeleteConflict(ImageId image)
      : NovaException({FailureKind::image_delete_conflict, 0, 0, static_cast<std::int32_t>(image.value)}) {}
};
/// `reason` is the last attempt's failure: an HTTP status, or 0 where there was no connection.
class GlanceConnectionFailed : public NovaException {
 public:
  explicit GlanceConnectionFailed(int reason) : NovaException({FailureKind::glance_connection_failed, 0, 0, reason}) {}
};

/// glanceclient.exc.HTTPException: Glance answered, but not with what was asked for.
class HttpException : public Exception {
 public:
  explicit HttpException(int status) : Exception({FailureKind::http, 0, 0, status}) {}
  int status() const { return failure().code; }
};
/// glanceclient.exc.CommunicationError and InvalidEndpoint: no (whole) answer came.
class CommunicationError : public Exception {
 public:
  CommunicationError() : Exception({FailureKind::communication_error, 0, 0, 0}) {}
};

/// libvirt.libvirtError with its VIR_ERR_* code.
class LibvirtError : public Exception {
 public:
  static constexpr int no_domain = 42;           ///< VIR_ERR_NO_DOMAIN
  static constexpr int operation_failed = 9;     ///< VIR_ERR_OPERATION_FAILED
  static constexpr int operation_invalid = 55;   ///< VIR_ERR_OPERATION_INVALID
  static constexpr int agent_unresponsive = 86;  ///< VIR_ERR_AGENT_UNRESPONSIVE

  explicit LibvirtError(int code) : Exception({FailureKind::libvirt, 0, 0, code}) {}
  int code() const { return failure().code; }
};

/// Python's OSError, with its errno.
class OsError : public Exception {
 public:
  explicit OsError(int error) : Exception({FailureKind::os_error, 0, 0, error}) {}
};

/// oslo_db.exception.DBError.
class DbError : public Exception {
 public:
  DbError() : Exception({FailureKind::db_error, 0, 0, 0}) {}
};

}  // namespace snapsim
