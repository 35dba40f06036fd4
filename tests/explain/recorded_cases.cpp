#include "tests/explain/recorded_cases.hpp"

#include <map>

namespace snapsim::test {

// What was done to a real Nova 26.2.2 and Glance 25.1.0 with RabbitMQ, MariaDB and libvirt, and what its database,
// Glance and libvirt held afterwards. Of task_state "snap_pending", "snap", "pend_upl" and "upl" are
// image_snapshot_pending, image_snapshot, image_pending_upload and image_uploading.
const std::vector<RecordedCase>& recorded_cases() {
  static const std::vector<RecordedCase> cases = {
      {"happy-cold-active", "nothing", 202, "snap_pending > snap > pend_upl > upl > pend_upl > upl > None",
       "active / None / RUNNING", "running (restored)", "active", "queued, saving, active", 25559040, "Success", false,
       0},
      {"api-create-401", "glance.create.unauthorized", 403, "", "active / None / RUNNING", "running (booted)", "absent",
       "", -1, "no action recorded", false, 0},
      {"api-create-413", "glance.create.too_large", 500, "", "active / None / RUNNING", "running (booted)", "absent",
       "", -1, "no action recorded", false, 0},
      {"api-create-503-once", "glance.create.unavailable", 202,
       "snap_pending > snap > pend_upl > upl > pend_upl > upl > None", "active / None / RUNNING", "running (restored)",
       "active", "queued, saving, active", 25559040, "Success", false, 0},
      {"api-guard-race-two-snapshots", "create_image", 202,
       "snap_pending > snap > pend_upl > upl > pend_upl > upl > None", "active / None / RUNNING", "running (restored)",
       "active", "queued, saving, active", 25559040, "Success", false, 0},
      {"api-guard-race-stop", "stop", 500, "powering-off > None", "active / None / RUNNING", "running (booted)",
       "queued", "queued", -1, "no action recorded", false, 0},
      {"api-guard-race-delete", "delete", 409, "deleting > None > None", "deleted / None / NOSTATE", "absent", "absent",
       "queued, deleted", -1, "no action recorded", false, 0},
      {"rpc-compute-dead-at-delivery", "compute.crash", 202, "snap_pending > None", "active / None / RUNNING",
       "running (booted)", "absent", "queued, deleted", -1, "Error", true, 0},
      {"rabbit-down-at-cast", "queue.crash", 202, "snap_pending > None", "active / None / RUNNING", "running (booted)",
       "queued", "queued", -1, "no event recorded", false, 0},
      {"crash-cold-managedsave-before", "compute.crash", 202, "snap_pending > snap > None", "active / None / RUNNING",
       "running (booted)", "queued", "queued", -1, "unfinished", false, 0},
      {"crash-cold-extract-before", "compute.crash", 202, "snap_pending > snap > pend_upl > upl > pend_upl > None",
       "active / None / RUNNING", "shut off (saved)", "queued", "queued", -1, "unfinished", false, 1},
      {"crash-cold-launch-after", "compute.crash", 202, "snap_pending > snap > pend_upl > upl > pend_upl > None",
       "active / None / RUNNING", "running (restored)", "queued", "queued", -1, "unfinished", false, 2},
      {"crash-cold-save-clear-before", "compute.crash", 202,
       "snap_pending > snap > pend_upl > upl > pend_upl > upl > None", "active / None / RUNNING", "running (restored)",
       "active", "queued, saving, active", 25559040, "unfinished", false, 0},
      {"extract-fails-cold", "disk.extract.exit", 202, "snap_pending > snap > pend_upl > upl > pend_upl > None",
       "active / None / RUNNING", "running (restored)", "absent", "queued, deleted", -1, "Error", true, 0},
      {"extract-sig9-cold", "disk.extract.killed", 202, "snap_pending > snap > pend_upl > upl > pend_upl > None",
       "active / None / RUNNING", "running (restored)", "absent", "queued, deleted", -1, "Error", true, 0},
      {"resume-fails-restart", "hypervisor.resume.error", 202,
       "snap_pending > snap > pend_upl > upl > pend_upl > None > None > powering-off > None",
       "stopped / None / SHUTDOWN", "shut off (saved)", "absent", "queued, deleted", -1, "Error", true, 0},
      {"patch-500-once", "glance.update.error", 202, "snap_pending > snap > pend_upl > upl > pend_upl > upl > None",
       "active / None / RUNNING", "running (restored)", "absent", "queued, deleted", -1, "Error", true, 0},
      {"upload-500-always", "glance.upload.error", 202, "snap_pending > snap > pend_upl > upl > pend_upl > upl > None",
       "active / None / RUNNING", "running (restored)", "absent", "queued, deleted", -1, "Error", true, 0},
      {"upload-403-always", "glance.upload.forbidden", 202,
       "snap_pending > snap > pend_upl > upl > pend_upl > upl > None", "active / None / RUNNING", "running (restored)",
       "absent", "queued, deleted", -1, "Error", true, 0},
      {"upload-500-once", "glance.upload.error", 202, "snap_pending > snap > pend_upl > upl > pend_upl > upl > None",
       "active / None / RUNNING", "running (restored)", "absent", "queued, deleted", -1, "Error", true, 0},
      {"upload-503-after-store", "glance.upload.unavailable", 202,
       "snap_pending > snap > pend_upl > upl > pend_upl > upl > None", "active / None / RUNNING", "running (restored)",
       "absent", "queued, saving, active, deleted", 25559040, "Error", true, 0},
      {"upload-reset-mid-once", "glance.upload.reset", 202,
       "snap_pending > snap > pend_upl > upl > pend_upl > upl > None", "active / None / RUNNING", "running (restored)",
       "active", "queued, saving, active", 13303808, "Success", false, 0},
      {"upload-refuse-once", "glance.upload.reset", 202, "snap_pending > snap > pend_upl > upl > pend_upl > upl > None",
       "active / None / RUNNING", "running (restored)", "active", "queued, saving, active", 25362432, "Success", false,
       0},
      {"image-deleted-before-compute", "delete_image", 202, "snap_pending > snap > None", "active / None / RUNNING",
       "running (booted)", "absent", "queued, deleted", -1, "Success", false, 0},
      {"image-deleted-during-extract-cold", "delete_image", 202,
       "snap_pending > snap > pend_upl > upl > pend_upl > upl > None", "active / None / RUNNING", "running (restored)",
       "absent", "queued, deleted", -1, "Success", false, 0},
      {"image-deleted-before-upload", "delete_image", 202,
       "snap_pending > snap > pend_upl > upl > pend_upl > upl > None", "active / None / RUNNING", "running (restored)",
       "absent", "queued, deleted", -1, "Success", false, 0},
      {"image-deleted-after-upload", "delete_image", 202,
       "snap_pending > snap > pend_upl > upl > pend_upl > upl > None", "active / None / RUNNING", "running (restored)",
       "absent", "queued, saving, active, deleted", 25559040, "Success", false, 0},
      {"server-deleted-cold-managedsave-after", "delete", 202, "snap_pending > snap > deleting > None > None",
       "deleted / None / NOSTATE", "absent", "absent", "queued, deleted", -1, "Success", false, 0},
      {"server-deleted-cold-extract-before", "delete", 202,
       "snap_pending > snap > pend_upl > upl > pend_upl > deleting > None > None", "deleted / None / NOSTATE", "absent",
       "absent", "queued, deleted", -1, "Success", false, 0},
      {"server-deleted-cold-upload-after", "delete", 202,
       "snap_pending > snap > pend_upl > upl > pend_upl > upl > deleting > None > None", "deleted / None / NOSTATE",
       "absent", "active", "queued, saving, active", 25559040, "Success", false, 0},
      {"reboot-hard-during-snapshot", "reboot", 202, "snap_pending > snap > pend_upl > upl > pend_upl > upl > None",
       "active / None / RUNNING", "running (restored)", "active", "queued, saving, active", 25559040, "Success", false,
       0},
      {"guest-shutdown-during-upload", "hypervisor.guest.shuts_down", 202,
       "snap_pending > snap > pend_upl > upl > pend_upl > upl > None > None > powering-off > None",
       "stopped / None / SHUTDOWN", "shut off (destroyed)", "active", "queued, saving, active", 25559040, "Success",
       false, 0},
      {"crash-live-rebase-before", "compute.crash", 202, "snap_pending > snap > pend_upl > upl > pend_upl > None",
       "active / None / RUNNING", "running (booted)", "queued", "queued", -1, "unfinished", false, 2},
      {"crash-live-abort-after", "compute.crash", 202, "snap_pending > snap > pend_upl > upl > pend_upl > None",
       "active / None / RUNNING", "running (booted)", "queued", "queued", -1, "unfinished", false, 2},
      {"crash-live-upload-before", "compute.crash", 202, "snap_pending > snap > pend_upl > upl > pend_upl > upl > None",
       "active / None / RUNNING", "running (booted)", "queued", "queued", -1, "unfinished", false, 2},
      {"crash-live-save-clear-before", "compute.crash", 202,
       "snap_pending > snap > pend_upl > upl > pend_upl > upl > None", "active / None / RUNNING", "running (booted)",
       "active", "queued, saving, active", 25559040, "unfinished", false, 0},
      {"crash-live-upload-during", "compute.crash", 202, "snap_pending > snap > pend_upl > upl > pend_upl > upl > None",
       "active / None / RUNNING", "running (booted)", "queued", "queued, saving", -1, "unfinished", false, 2},
      {"crash-live-extract-during", "compute.crash", 202, "snap_pending > snap > pend_upl > upl > pend_upl > None",
       "active / None / RUNNING", "running (booted)", "queued", "queued", -1, "unfinished", false, 3},
      {"extract-sig9-live", "disk.extract.killed", 202, "snap_pending > snap > pend_upl > upl > pend_upl > None",
       "active / None / RUNNING", "running (booted)", "absent", "queued, deleted", -1, "Error", true, 0},
      {"guest-dies-during-extract-live", "hypervisor.guest.shuts_down", 202,
       "snap_pending > snap > pend_upl > upl > pend_upl > upl > None > None > powering-off > None",
       "stopped / None / SHUTDOWN", "shut off (destroyed)", "active", "queued, saving, active", 25559040, "Success",
       false, 0},
      {"live-rebase-fails", "hypervisor.block_copy.error", 202,
       "snap_pending > snap > pend_upl > upl > pend_upl > None", "active / None / RUNNING", "running (booted)",
       "absent", "queued, deleted", -1, "Error", true, 0},
      {"upload-503-once-live", "glance.upload.unavailable", 202,
       "snap_pending > snap > pend_upl > upl > pend_upl > upl > None", "active / None / RUNNING", "running (booted)",
       "active", "queued, saving, active", 0, "Success", false, 0},
      {"server-deleted-live-upload-during", "delete", 202,
       "snap_pending > snap > pend_upl > upl > pend_upl > upl > deleting > None > None", "deleted / None / NOSTATE",
       "absent", "active", "queued, saving, active", 25559040, "Success", false, 0},
  };
  return cases;
}

std::string joined(const std::vector<std::string>& texts, const std::string& between) {
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "" : between) + text;
  return all;
}

std::string short_states(const std::vector<std::string>& states) {
  static const std::map<std::string, std::string> names{{"image_snapshot_pending", "snap_pending"},
                                                        {"image_snapshot", "snap"},
                                                        {"image_pending_upload", "pend_upl"},
                                                        {"image_uploading", "upl"}};
  std::vector<std::string> brief;
  for (const std::string& state : states) brief.push_back(names.contains(state) ? names.at(state) : state);
  return joined(brief, " > ");
}

bool names_cause(const std::string& found, const std::string& recorded) {
  if (found.empty() || found == "nothing") return recorded == "nothing";
  return (" " + found + " ").find(" " + recorded + " ") != std::string::npos;
}

}  // namespace snapsim::test
