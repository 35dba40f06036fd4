#include "sim/nova/log_messages.hpp"

#include <array>

namespace snapsim {
namespace {

constexpr std::string_view api_wsgi = "nova.api.openstack.wsgi";
constexpr std::string_view api_server = "nova.osapi_compute.wsgi.server";
constexpr std::string_view compute_api = "nova.compute.api";
constexpr std::string_view manager = "nova.compute.manager";
constexpr std::string_view utils = "nova.compute.utils";
constexpr std::string_view virt = "nova.virt.driver";
constexpr std::string_view host = "nova.virt.libvirt.host";
constexpr std::string_view guest = "nova.virt.libvirt.guest";
constexpr std::string_view driver = "nova.virt.libvirt.driver";
constexpr std::string_view image_glance = "nova.image.glance";

using enum LogLevel;

// In the order of the enumeration. Paths and lines of DEBUG lines are Nova 26.2.2's.
constexpr std::array<LogMessageInfo, log_message_count> messages{{
    {api_wsgi, debug,
     "Action: 'action', calling method: <bound method ServersController._action_{action a}>, body: {body}",
     "_process_stack nova/api/openstack/wsgi.py:511"},
    {compute_api, debug, "Fetching instance by UUID", "get nova/compute/api.py:2979"},
    {api_wsgi, info, "HTTP exception thrown: {answer}", ""},
    {api_wsgi, error, "Unexpected exception in API method: {failure a}", ""},
    {api_server, info, "127.0.0.1 \"POST /v2.1/servers/{uuid}/action HTTP/1.1\" status: {a} len: {b} time: {elapsed}",
     ""},
    {compute_api, info, "Image {image a} deleted because instance deleted before snapshot started.", ""},
    {compute_api, warning, "Error while trying to clean up image {image a}: {failure b}", ""},
    {api_wsgi, debug, "Calling method '<bound method ServersController.delete>'",
     "_process_stack nova/api/openstack/wsgi.py:513"},
    {api_server, info, "127.0.0.1 \"DELETE /v2.1/servers/{uuid} HTTP/1.1\" status: {a} len: {b} time: {elapsed}", ""},
    {compute_api, debug, "Instance disappeared during snapshot.", "snapshot nova/compute/api.py:3374"},
    {compute_api, debug, "Going to try to stop instance", "force_stop nova/compute/api.py:2802"},
    {compute_api, debug, "Going to try to start instance", "start nova/compute/api.py:2829"},
    {compute_api, debug, "Going to try to terminate instance", "delete nova/compute/api.py:2723"},
    {compute_api, debug, "Going to try to soft delete instance", "soft_delete nova/compute/api.py:2702"},
    {compute_api, info, "Instance is already in deleting state, ignoring this request", ""},

    {manager, debug, "Checking state", "_get_power_state nova/compute/manager.py:1674"},
    {manager, info, "instance snapshotting", ""},
    {manager, warning, "trying to snapshot a non-running instance: (state: {power a} expected: 1)", ""},
    {manager, debug, "Instance not found, could not set state image_snapshot for instance.",
     "snapshot_instance nova/compute/manager.py:4335"},
    {manager, debug, "Instance being deleted, snapshot cannot continue",
     "snapshot_instance nova/compute/manager.py:4341"},
    {manager, debug, "Instance disappeared during snapshot", "_snapshot_instance nova/compute/manager.py:4423"},
    {manager, warning, "Image not found during snapshot: {failure a}", ""},
    {manager, debug, "Image not found during clean up {image a}", "_snapshot_instance nova/compute/manager.py:4430"},
    {manager, warning, "Error while trying to clean up image {image a}", ""},
    {manager, info, "Took {seconds a} seconds to snapshot the instance on the hypervisor.", ""},
    {utils, debug, "Cleaning up image {image a}", "delete_image nova/compute/utils.py:1308"},
    {utils, error, "Error while trying to clean up image {image a}", ""},
    {manager, info, "Task possibly preempted: {failure a}", ""},
    {manager, info, "Successfully reverted task state from {task a} on failure for instance.", ""},
    {manager, warning, "Failed to revert task state for instance. Error: {failure a}", ""},
    {"oslo_messaging.rpc.server", error, "Exception during message handling: {failure a}", ""},
    {"oslo_messaging._drivers.amqpdriver", warning, "ignoring duplicate message {a}", ""},

    {virt, debug, "Emitting event <LifecycleEvent: {clock}, {uuid} => {lifecycle a}>",
     "emit_event nova/virt/driver.py:1647"},
    {host, debug, "Removed pending event for {uuid} due to event", "_event_emit_delayed nova/virt/libvirt/host.py:436"},
    {manager, info, "VM {lifecycle a} (Lifecycle Event)", ""},
    {manager, debug, "Synchronizing instance power state after lifecycle event \"{lifecycle a}\"; {states b}",
     "handle_lifecycle_event nova/compute/manager.py:1394"},
    {manager, info, "During sync_power_state the instance has a pending task ({task a}). Skip.", ""},
    {manager, info,
     "During _sync_instance_power_state the DB power_state ({power a}) does not match the vm_power_state from the "
     "hypervisor ({power b}). Updating power_state in the DB to match the hypervisor.",
     ""},
    {manager, warning,
     "Instance shutdown by itself. Calling the stop API. Current vm_state: {vm a}, current task_state: None, "
     "original DB power_state: 1, current VM power_state: {power b}",
     ""},
    {manager, warning, "Instance is paused unexpectedly. Ignore.", ""},
    {manager, warning, "Instance is suspended unexpectedly. Calling the stop API.", ""},
    {manager, warning, "Instance is unexpectedly not found. Ignore.", ""},
    {manager, warning, "Rule restore_guests: the guest is brought back (its power state was {power a}).", ""},
    {manager, warning,
     "Instance is not stopped. Calling the stop API. Current vm_state: {vm a}, current task_state: None, "
     "original DB power_state: 4, current VM power_state: {power b}",
     ""},
    {manager, warning, "Paused instance shutdown by itself. Calling the stop API.", ""},
    {"nova.service", info, "Starting compute node (version 26.2.2)", ""},
    {manager, debug, "Instance in transitional state {task a} at start-up clearing task state",
     "_init_instance nova/compute/manager.py:1123"},
    {"oslo_service.periodic_task", info, "Skipping periodic task _sync_power_states because its interval is negative",
     ""},

    {manager, warning, "Instance is not (soft-)deleted.", ""},
    {manager, warning,
     "Instance in transitional state ({task a}) at start-up and power state is ({power b}), clearing task "
     "state",
     ""},
    {manager, warning,
     "Instance in transitional state ({task a}) at start-up and power state is ({power b}), clearing task "
     "state and unpausing the instance",
     ""},
    {manager, debug, "Instance failed to rebuild correctly, setting to ERROR state",
     "_init_instance nova/compute/manager.py:1105"},
    {manager, debug, "Instance in transitional state {task a} at start-up retrying stop request",
     "_init_instance nova/compute/manager.py:1222"},
    {manager, debug, "Instance in transitional state {task a} at start-up retrying start request",
     "_init_instance nova/compute/manager.py:1235"},
    {manager, debug,
     "Instance in transitional state ({task a}) at start-up and power state is ({power b}), triggering "
     "reboot",
     "_init_instance nova/compute/manager.py:1175"},
    {manager, info,
     "Service started deleting the instance during the previous run, but did not finish. Restarting the "
     "deletion now.",
     ""},
    {manager, error, "Failed to complete a deletion: {failure a}", ""},
    {manager, error, "Setting instance vm_state to ERROR: {failure a}", ""},
    {manager, debug, "Instance has been destroyed from under us while trying to set it to ERROR",
     "_set_instance_obj_error_state nova/compute/manager.py:826"},
    {manager, info, "Instance is already powered off in the hypervisor when stop is called.", ""},
    {manager, info, "Pausing", ""},
    {manager, info, "Unpausing", ""},
    {manager, info, "Resuming", ""},
    {manager, info, "Rebooting instance", ""},
    {manager, warning, "trying to reboot a non-running instance: (state: {power a} expected: 1)", ""},
    {manager, warning, "Reboot failed but instance is running", ""},
    {manager, error, "Cannot reboot instance: {failure a}", ""},
    {manager, warning, "Instance disappeared during reboot", ""},
    {manager, info, "Terminating instance", ""},
    {manager, info, "Took {seconds a} seconds to destroy the instance on the hypervisor.", ""},
    {manager, info, "Instance disappeared during terminate", ""},

    {driver, info, "Beginning live snapshot process", ""},
    {driver, info, "Beginning cold snapshot process", ""},
    {driver, info, "Quiescing instance not available: {quiesce a}.", ""},
    {driver, error, "Quiescing instance failed but image property \"os_require_quiesce\" is set: {quiesce a}.", ""},
    {guest, debug, "COPY block job progress, current cursor: {a} final cursor: {b}",
     "is_job_complete nova/virt/libvirt/guest.py:846"},
    {driver, info, "Skipping quiescing instance: {quiesce a}.", ""},
    {"nova.privsep.utils", debug, "Path '/opt/stack/data/instances' supports direct I/O",
     "supports_direct_io nova/privsep/utils.py:63"},
    {driver, info, "Snapshot extracted, beginning image upload", ""},
    {driver, info, "Instance {name} disappeared while taking snapshot of it: [Error Code 42] {failure a}", ""},
    {driver, error, "Error launching a defined domain with XML: {failure a}", ""},
    {driver, error, "Could not remove tmpdir: {failure a}", ""},
    {driver, info, "Snapshot image upload complete", ""},
    {driver, info, "Instance already shutdown.", ""},
    {driver, info, "Instance shutdown successfully after {a} seconds.", ""},
    {driver, info, "Instance failed to shutdown in {a} seconds.", ""},
    {driver, info, "Instance shutdown successfully.", ""},
    {driver, info, "Instance may have been rebooted during soft reboot, so return now.", ""},
    {driver, info, "Instance soft rebooted successfully.", ""},
    {driver, warning, "Failed to soft reboot instance. Trying hard reboot.", ""},
    {driver, info, "Instance rebooted successfully.", ""},
    {driver, info, "Instance destroyed successfully.", ""},
    {driver, info, "Deleting instance files /opt/stack/data/instances/{uuid}_del", ""},
    {driver, info, "Deletion of /opt/stack/data/instances/{uuid}_del complete", ""},

    {image_glance, error,
     "Error contacting glance server 'http://127.0.0.1:9292' for '{method a}', retrying.: {failure b}", ""},
    {image_glance, error,
     "Error contacting glance server 'http://127.0.0.1:9292' for '{method a}', done trying.: {failure b}", ""},

    {"glance.api.v2.image_data", warning,
     "Image {image a} could not be found after upload. The image may have been deleted during the upload, cleaning up "
     "the chunks uploaded.",
     ""},
    {"glance.api.v2.image_data", error, "Failed to upload image data due to internal error", ""},
    {"glance.api.v2.image_data", error, "Image storage media is full: {failure a}", ""},

    {manager, debug, "Found {a} images (rotation: {b})", "_rotate_backups nova/compute/manager.py:4533"},
    {manager, debug, "Rotating out {a} backups", "_rotate_backups nova/compute/manager.py:4541"},
    {manager, debug, "Deleting image {image a}", "_rotate_backups nova/compute/manager.py:4546"},
    {manager, info, "Failed to find image {image a} to delete", ""},
    {manager, info,
     "Failed to delete image {image a} during deleting excess backups. Continuing for next image.. {failure b}", ""},
    {manager, info, "Rebuilding instance", ""},
    {manager, debug, "Instance was deleted while rebuilding", "rebuild_instance nova/compute/manager.py:3708"},
    {manager, info, "bringing vm to original state: '{vm a}'", ""},
    {manager, info, "Rescuing", ""},
    {manager, error, "Error trying to Rescue Instance: {failure a}", ""},
    {manager, info, "Unrescuing", ""},
    {manager, info, "Shelving", ""},
    {manager, info, "Shelve offloading", ""},
    {manager, info, "Unshelving", ""},
    {"nova.conductor.manager", error, "Unshelve attempted but the image {image a} cannot be found.", ""},
    {manager, error, "Instance failed to spawn: {failure a}", ""},
    {manager, warning, "Failed to delete snapshot from shelved instance ({failure a}).", ""},
    {manager, error, "Something wrong happened when trying to delete snapshot from shelved instance.: {failure a}", ""},
    {manager, debug, "Instance failed to spawn correctly, setting to ERROR state",
     "_init_instance nova/compute/manager.py:1078"},
    {driver, info, "Instance spawned successfully.", ""},

    {compute_api, warning, "instance's host {host a} is down, deleting from database", ""},
    {compute_api, info, "instance is in SHELVED_OFFLOADED state, cleanup the instance's info from database.", ""},
    {compute_api, info, "Working on deleting snapshot {image a} from shelved instance...", ""},
    {compute_api, warning, "Failed to delete snapshot from shelved instance ({failure a}).", ""},
    {compute_api, error, "Something wrong happened when trying to delete snapshot from shelved instance.: {failure a}",
     ""},
    {manager, info,
     "Destroying instance with name label '{name}' which is marked as DELETED but still present on host.", ""},
    {manager, warning, "Periodic cleanup failed to delete instance: {failure a}", ""},
    {manager, info, "Reclaiming deleted instance", ""},
    {manager, warning, "Periodic reclaim failed to delete instance: {failure a}", ""},
    {manager, error, "Periodic task failed to offload instance.: {failure a}", ""},
}};

}  // namespace

const LogMessageInfo& log_message_info(LogMessage message) {
  return messages[static_cast<std::size_t>(message)];
}

}  // namespace snapsim
