#include "sim/explain/event.hpp"

#include <array>

#include "sim/explain/event_text.hpp"

namespace snapsim {
namespace {

using namespace event_text;
using enum EventKind;

/// What a message begins with, and what kind of line that makes it. Only messages that need no more than that.
struct Prefix {
  std::string_view text;
  EventKind kind{};
};

constexpr std::array manager_prefixes{
    Prefix{"instance snapshotting", instance_snapshotting},
    Prefix{"trying to snapshot a non-running instance", snapshotting_non_running},
    Prefix{"Instance not found, could not set state", instance_not_found_at_start},
    Prefix{"Instance being deleted, snapshot cannot continue", instance_being_deleted},
    Prefix{"Took ", took_seconds},
    Prefix{"Instance disappeared during snapshot", instance_disappeared},
    Prefix{"Image not found during snapshot", image_not_found_during_snapshot},
    Prefix{"Image not found during clean up", image_not_found_during_clean_up},
    Prefix{"Error while trying to clean up image", image_clean_up_error},
    Prefix{"Cleaning up image", cleaning_up_image},
    Prefix{"Task possibly preempted", task_possibly_preempted},
    Prefix{"Successfully reverted task state from ", reverted_task_state},
    Prefix{"Failed to revert task state", revert_task_state_failed},
    Prefix{"Found ", found_backups},
    Prefix{"Rotating out ", rotating_out},
    Prefix{"Deleting image ", rotation_deletes},
    Prefix{"Failed to find image ", rotation_image_not_found},
    Prefix{"Failed to delete image ", rotation_delete_failed},
    Prefix{"During sync_power_state the instance has a pending task", pending_task_skip},
    Prefix{"During _sync_instance_power_state the DB power_state", power_state_differs},
    Prefix{"Instance shutdown by itself", shutdown_by_itself},
    Prefix{"Instance is paused unexpectedly", paused_unexpectedly},
    Prefix{"Instance is unexpectedly not found", unexpectedly_not_found},
    Prefix{"Instance in transitional state", clearing_transitional_state},
    Prefix{"Service started deleting the instance", restarting_deletion},
    Prefix{"Rebooting instance after nova-compute restart", rebooting_after_restart},
    Prefix{"Terminating instance", terminating_instance},
    Prefix{"Instance is already powered off", already_powered_off},
    Prefix{"Pausing", pausing},
    Prefix{"Unpausing", unpausing},
    Prefix{"Resuming", resuming},
    Prefix{"Rebooting instance", rebooting},
    Prefix{"Setting instance vm_state to ERROR", setting_vm_state_to_error},
    Prefix{"VM ", vm_lifecycle},
};

constexpr std::array driver_prefixes{
    Prefix{"Beginning live snapshot process", beginning_live_snapshot},
    Prefix{"Beginning cold snapshot process", beginning_cold_snapshot},
    Prefix{"Snapshot extracted, beginning image upload", snapshot_extracted},
    Prefix{"Snapshot image upload complete", upload_complete},
    Prefix{"Quiescing instance not available", quiescing_not_available},
    Prefix{"Quiescing instance failed but image property", quiescing_required},
    Prefix{"Skipping quiescing instance", skipping_quiescing},
    Prefix{"Error launching a defined domain", error_launching_domain},
    Prefix{"Could not remove tmpdir", tmpdir_not_removed},
    Prefix{"Instance destroyed successfully", instance_destroyed},
    Prefix{"Instance already shutdown", already_shut_down},
    Prefix{"Instance shutdown successfully", shut_down_successfully},
    Prefix{"Instance failed to shutdown", failed_to_shut_down},
};

constexpr std::array compute_api_prefixes{
    Prefix{"Instance disappeared during snapshot", api_instance_disappeared},
    Prefix{"Error while trying to clean up image", api_image_clean_up_failed},
    Prefix{"Going to try to stop instance", api_going_to_stop},
    Prefix{"Going to try to start instance", api_going_to_start},
    Prefix{"Going to try to terminate instance", api_going_to_terminate},
    Prefix{"Going to try to soft delete instance", api_going_to_soft_delete},
    Prefix{"instance's host ", api_host_is_down},
};

template <std::size_t N>
bool read_prefix(const std::array<Prefix, N>& prefixes, std::string_view message, ReadEvent& event) {
  for (const Prefix& prefix : prefixes) {
    if (message.size() >= prefix.text.size() && message[0] == prefix.text[0] && message.starts_with(prefix.text)) {
      event.kind = prefix.kind;
      return true;
    }
  }
  return false;
}

bool read_manager(std::string_view message, ReadEvent& event) {
  if (!read_prefix(manager_prefixes, message, event)) return false;
  switch (event.kind) {
    case took_seconds:
      if (message.find(" seconds to snapshot the instance") != std::string_view::npos) return true;
      if (message.find(" seconds to destroy the instance") == std::string_view::npos) return false;
      event.kind = took_seconds_to_destroy;
      return true;
    case vm_lifecycle:
      if (message.find("(Lifecycle Event)") == std::string_view::npos) return false;
      event.detail = between(message, "VM ", " ");
      return true;
    case snapshotting_non_running:
      event.number = number_at(between(message, "state: ", " "));
      return true;
    case pending_task_skip:
      event.detail = between(message, "(", ")");
      return true;
    case power_state_differs:
      event.number = number_at(between(message, "hypervisor (", ")"));
      return true;
    case reverted_task_state:
      event.detail = between(message, "from ", " on failure");
      return true;
    case task_possibly_preempted:
      event.detail = actual_state(message);
      event.text = message;
      return true;
    case clearing_transitional_state: {
      std::string_view state = between(message, "transitional state ", " at start-up");
      if (state.starts_with('(')) state = state.substr(1, state.find(')') - 1);
      event.detail = state;
      return !state.empty();
    }
    case found_backups:
      return message.find(" images (rotation") != std::string_view::npos;
    case rotating_out:
    case rotation_deletes:
    case cleaning_up_image:
    case image_clean_up_error:
    case image_not_found_during_clean_up:
    case rotation_image_not_found:
    case rotation_delete_failed:
      event.image = uuid_after(message, "image ");
      if (event.image.empty()) event.image = uuid_after(message, "clean up ");
      return true;
    case image_not_found_during_snapshot:
      event.image = uuid_after(message, "Image ");
      if (event.image.empty()) event.image = uuid_after(message, "ImageNotFound: Image ");
      return true;
    case rebooting:
      return true;
    default:
      return true;
  }
}

bool read_driver(std::string_view message, ReadEvent& event) {
  if (read_prefix(driver_prefixes, message, event)) {
    if (event.kind == skipping_quiescing || event.kind == quiescing_not_available) {
      event.detail = message.find("Error from libvirt") != std::string_view::npos ? "libvirt" : "not enabled";
    }
    return true;
  }
  if (!message.starts_with("Instance ")) return false;
  if (message.find(" disappeared while taking snapshot of it") == std::string_view::npos) return false;
  event.kind = disappeared_while_snapshotting;
  return true;
}

bool read_compute_api(std::string_view message, ReadEvent& event) {
  if (read_prefix(compute_api_prefixes, message, event)) {
    event.image = uuid_after(message, "image ");
    return event.kind != api_host_is_down || message.find(" is down, deleting") != std::string_view::npos;
  }
  if (!message.starts_with("Image ") || message.find(" deleted because instance deleted") == std::string_view::npos) {
    return false;
  }
  event.kind = api_image_deleted_before_start;
  event.image = uuid_after(message, "Image ");
  return true;
}

bool read_api(std::string_view message, ReadEvent& event) {
  const std::string_view method = between(message, "bound method ", " of <");
  if (message.starts_with("Action: ")) {
    event.kind = api_other_action;
    if (message.find("._action_create_image") != std::string_view::npos ||
        message.find("._action_createImage") != std::string_view::npos) {
      event.kind = api_create_image;
    } else if (message.find("._create_backup") != std::string_view::npos ||
               message.find("._action_create_backup") != std::string_view::npos ||
               message.find("._action_createBackup") != std::string_view::npos) {
      event.kind = api_create_backup;
    } else {
      std::string_view action = method.empty() ? between(message, "bound method ", ">") : method;
      const std::size_t dot = action.rfind('.');
      if (dot != std::string_view::npos) action.remove_prefix(dot + 1);
      if (action.starts_with("_action_")) action.remove_prefix(8);
      if (action.starts_with('_')) action.remove_prefix(1);
      event.detail = action;
    }
    event.text = between(message, "\"name\": \"", "\"");
    return true;
  }
  if (message.starts_with("Calling method ")) {
    if (message.find("ServersController.delete") == std::string_view::npos) return false;
    event.kind = api_delete;
    return true;
  }
  if (message.starts_with("HTTP exception thrown: ")) {
    event.kind = api_http_exception;
    event.text = message.substr(23);
    event.detail = between(message, "Cannot '", "'");
    event.instance = uuid_after(message, "instance ");
    return true;
  }
  if (message.starts_with("Unexpected exception in API method")) {
    event.kind = api_unexpected_exception;
    const std::size_t colon = message.find(": ");
    event.text = colon == std::string_view::npos ? std::string_view{} : message.substr(colon + 2);
    event.detail = exception_class(event.text);
    event.instance = uuid_after(message, "instance ");
    return true;
  }
  return false;
}

bool read_api_answer(const AccessLine& access, ReadEvent& event) {
  constexpr std::string_view servers = "/servers/";
  const std::size_t at = access.path.find(servers);
  if (at == std::string_view::npos || !is_uuid_at(access.path, at + servers.size())) return false;
  event.instance = access.path.substr(at + servers.size(), uuid_length);
  event.number = access.status;
  const std::string_view tail = access.path.substr(at + servers.size() + uuid_length);
  event.kind = access.method == "POST" ? api_action_answered : api_delete_answered;
  return (access.method == "POST" && tail == "/action") || (access.method == "DELETE" && tail.empty());
}

bool read_answer(std::string_view message, ReadEvent& event) {
  AccessLine access;
  if (!read_access_line(message, access)) return false;
  ReadEvent of_glance;
  if (read_glance_answer(access, of_glance)) {
    event = of_glance;
    return true;
  }
  return read_api_answer(access, event);
}

/// Commands that oslo_concurrency runs: only those of a snapshot.
bool read_command(std::string_view message, ReadEvent& event) {
  const bool begins = message.starts_with("Running cmd (subprocess): ");
  if (!begins && !message.starts_with("CMD \"")) return false;
  const std::size_t tool = message.substr(0, 120).find("qemu-img c");
  if (tool == std::string_view::npos) return false;
  const std::string_view command = message.substr(tool);
  const std::size_t folder = command.find("/snapshots/");
  const bool converts = command.starts_with("qemu-img convert");
  if (folder == std::string_view::npos && command.find(".delta") == std::string_view::npos) return false;
  if (!converts && !command.starts_with("qemu-img create")) return false;
  // The temporary directory: from the beginning of its path to the end of its own name.
  const std::size_t path = command.rfind(' ', folder);
  const std::size_t name_end = command.find('/', folder + 11);
  if (path != std::string_view::npos && name_end != std::string_view::npos) {
    std::string_view directory = command.substr(path + 1, name_end - path - 1);
    if (const std::size_t equals = directory.rfind('='); equals != std::string_view::npos) {
      directory.remove_prefix(equals + 1);
    }
    event.text = directory;
  }
  if (begins) {
    event.kind = converts ? convert_begun : delta_begun;
    return true;
  }
  event.kind = converts ? convert_ended : delta_ended;
  const std::size_t returned = message.find("returned: ");
  if (returned == std::string_view::npos) return false;
  event.number = number_at(message.substr(returned + 10));
  return true;
}

bool read_rpc(std::string_view message, ReadEvent& event) {
  constexpr std::string_view failed = "Exception during message handling";
  if (message.starts_with(failed)) {
    event.kind = exception_during_message_handling;
    const std::size_t colon = message.find(": ");
    event.text = colon == std::string_view::npos ? std::string_view{} : message.substr(colon + 2);
    event.detail = exception_class(event.text);
    if (event.detail == "ImageUnacceptable") {
      std::int64_t code = 0;
      bool is_full = false;
      if (const std::size_t at = message.find("Exit code: "); at != std::string_view::npos) {
        read_command_failure(message.substr(at), code, is_full);
        event.number = code;
      }
    }
    return true;
  }
  if (message.starts_with("ignoring duplicate message")) {
    event.kind = ignoring_duplicate_message;
    return true;
  }
  if (message.find("AMQP server on ") != std::string_view::npos &&
      message.find(" is unreachable") != std::string_view::npos) {
    event.kind = broker_unreachable;
    return true;
  }
  return false;
}

}  // namespace

bool read_event(const LogLine& line, ReadEvent& event) {
  const std::string_view logger = line.logger;
  const std::string_view message = line.message;
  if (is_of_web_server(logger)) return read_answer(message, event);
  if (logger.size() < 10 || message.empty()) return false;
  if (logger.starts_with("nova.")) {
    const std::string_view rest = logger.substr(5);
    if (rest == "compute.manager") return read_manager(message, event);
    if (rest == "virt.libvirt.driver") return read_driver(message, event);
    if (rest == "compute.api") return read_compute_api(message, event);
    if (rest == "image.glance") return read_glance_client(message, event);
    if (rest == "api.openstack.wsgi" || rest == "api.openstack.extensions") return read_api(message, event);
    if (rest == "osapi_compute.wsgi.server" || rest == "api.openstack.requestlog" || rest == "wsgi.server") {
      return read_answer(message, event);
    }
    if (rest == "compute.utils") {
      if (message.starts_with("Cleaning up image ")) {
        event.kind = cleaning_up_image;
      } else if (message.starts_with("Error while trying to clean up image ")) {
        event.kind = delete_image_error;
      } else {
        return false;
      }
      event.image = uuid_after(message, "image ");
      return true;
    }
    if (rest == "virt.libvirt.guest") {
      if (message.starts_with("Error launching a defined domain")) {
        event.kind = error_launching_domain;
        return true;
      }
      if (!message.starts_with("COPY block job progress")) return false;
      event.kind = block_job_progress;
      return true;
    }
    if (rest == "service") {
      if (!message.starts_with("Starting compute node") && !message.starts_with("Starting nova-compute node") &&
          !message.starts_with("Starting compute")) {
        return false;
      }
      event.kind = starting_compute_node;
      return true;
    }
    return false;
  }
  if (logger == "eventlet.wsgi.server" || logger == "glance.wsgi.server") return read_answer(message, event);
  if (logger.starts_with("glance.api.v2.image_data")) return read_glance_data(message, event);
  if (logger.starts_with("glance_store.") || logger.starts_with("glance.store")) {
    return read_glance_store(message, event);
  }
  if (logger == "oslo_concurrency.processutils") return read_command(message, event);
  if (logger.starts_with("oslo_messaging.") || logger.starts_with("oslo.messaging.")) return read_rpc(message, event);
  return false;
}

}  // namespace snapsim
