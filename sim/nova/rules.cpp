#include "sim/nova/rules.hpp"

#include <array>

namespace snapsim {
namespace {

constexpr std::array table{
    RuleInfo{Rule::refuse_lost_claim, "refuse_lost_claim",
             "A createImage that loses the instance to another request deletes its image and answers 409."},
    RuleInfo{Rule::idempotent_casts, "idempotent_casts",
             "nova-compute drops a message whose request it has begun already, however often it comes."},
    RuleInfo{Rule::guard_writes, "guard_writes",
             "Who clears a task_state on failure does so only if it still is the one that it set itself."},
    RuleInfo{Rule::keep_finished_image, "keep_finished_image",
             "A snapshot whose image is active has succeeded, whoever has taken the instance meanwhile."},
    RuleInfo{Rule::record_every_failure, "record_every_failure",
             "A snapshot that ends without an image fails with event and fault as long as its instance lives."},
    RuleInfo{Rule::verify_uploads, "verify_uploads",
             "Each attempt to upload reads the file from its beginning; the image's size and hash must be the file's."},
    RuleInfo{Rule::require_finished_copy, "require_finished_copy",
             "A block job counts as finished only once it was seen to be ready; one that is not listed is waited for."},
    RuleInfo{Rule::bound_tools, "bound_tools", "qemu-img is killed when it has worked on one copy for an hour."},
    RuleInfo{Rule::restore_guests, "restore_guests",
             "A guest that is saved, paused or gone though nobody asked for it is brought back, not stopped."},
    RuleInfo{Rule::clean_up_hosts, "clean_up_hosts",
             "Temporary folders, block jobs, frozen file systems and transient domains without a snapshot are put "
             "right."},
    RuleInfo{Rule::reconcile_tasks, "reconcile_tasks",
             "A task_state that nobody works on is cleared, and its request's failure recorded."},
    RuleInfo{Rule::reap_orphan_images, "reap_orphan_images",
             "An unfinished image that no snapshot works on is deleted."},
    RuleInfo{Rule::recover_glance_uploads, "recover_glance_uploads",
             "glance-api puts images that it finds in `saving` when it starts back to `queued`, and their data away."},
};

}  // namespace

std::span<const RuleInfo> rules() {
  return table;
}

std::optional<Rule> rule_from(std::string_view name) {
  for (const RuleInfo& info : table) {
    if (info.name == name) return info.rule;
  }
  return std::nullopt;
}

RuleSet RuleSet::all() {
  RuleSet set;
  for (const RuleInfo& info : table) set.insert(info.rule);
  return set;
}

}  // namespace snapsim
