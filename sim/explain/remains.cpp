#include <algorithm>

#include <fmt/format.h>

#include "sim/explain/report.hpp"
#include "sim/explain/story_facts.hpp"
#include "sim/report/text.hpp"

namespace snapsim {
namespace {

/// Ids come out of logs and go into commands: only what such an id can hold.
std::string id_or(const std::string& id, std::string_view placeholder) {
  const bool is_plain = !id.empty() && std::ranges::all_of(id, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
  });
  return is_plain ? id : std::string(placeholder);
}

class Writer {
 public:
  Writer(const LogBook& book, const ExplainedStory& explained)
      : book_(book),
        explained_(explained),
        state_(explained.diagnosis.state),
        server_(id_or(explained.story.instance, "SERVER")),
        image_(id_or(explained.story.image, "IMAGE")) {}

  Remains write() {
    write_nova();
    write_glance();
    write_guest();
    write_files();
    return std::move(remains_);
  }

 private:
  bool is_deleted() const { return state_.vm_state == "deleted"; }

  void write_nova() {
    remains_.facts.push_back(fmt::format("Nova: vm_state {}, task_state {}, power_state {}; the action's event: {}{}",
                                         state_.vm_state, state_.task_state, state_.power_state, state_.event,
                                         state_.has_fault ? ", with a fault" : ""));
    remains_.inspect.push_back(fmt::format(
        "openstack server show {} -c OS-EXT-STS:vm_state -c OS-EXT-STS:task_state -c OS-EXT-STS:power_state", server_));
    remains_.inspect.push_back(
        fmt::format("openstack server event show {} {}", server_, id_or(explained_.story.request, "REQUEST")));
    if (state_.task_state != "None" && !is_deleted()) {
      remains_.facts.push_back(
          fmt::format("task_state stays {}: every further request is answered 409", state_.task_state));
      remains_.clean.push_back(fmt::format("openstack server set --state active {}", server_));
    }
  }

  void write_glance() {
    std::string statuses;
    for (const std::string& status : state_.image_statuses) statuses += (statuses.empty() ? "" : " > ") + status;
    const std::string bytes = state_.image_bytes ? fmt::format(", {} bytes", *state_.image_bytes) : "";
    remains_.facts.push_back(fmt::format("Glance: image {} is {}{}{}", image_, state_.image_status,
                                         statuses.empty() ? "" : " (" + statuses + ")", bytes));
    if (state_.image_status == "absent") return;
    remains_.inspect.push_back(fmt::format("openstack image show {}", image_));
    if (state_.image_status != "active") {
      remains_.facts.push_back("nobody will ever fill or remove that image");
      remains_.clean.push_back(fmt::format("openstack image delete {}", image_));
      return;
    }
    if (!explained_.diagnosis.is_success) {
      remains_.inspect.push_back(
          fmt::format("openstack image save --file image.qcow2 {} && qemu-img check image.qcow2", image_));
    }
    if (is_cut()) {
      remains_.facts.push_back("the upload was tried again with what was left of the file: the image is cut");
      remains_.clean.push_back(fmt::format("openstack image delete {}", image_));
    }
  }

  /// A retry does not rewind the file.
  bool is_cut() const {
    return std::ranges::any_of(explained_.story.events, [this](const StoryEvent& each) {
      return each.event.kind == EventKind::error_contacting_glance &&
             book_.texts().text(each.event.detail) == "upload" && each.event.number == 0;
    });
  }

  void write_guest() {
    const std::string reason = state_.guest_reason.empty() ? "" : " (" + state_.guest_reason + ")";
    remains_.facts.push_back(fmt::format("libvirt: the domain is {}{}", state_.guest, reason));
    remains_.inspect.push_back(fmt::format("virsh domstate --reason {}", server_));
    if (state_.guest == "absent") return;
    if (state_.guest_reason == "saved") {
      remains_.facts.push_back("its memory is kept in a managed save: starting it goes on where it was");
      remains_.inspect.push_back(fmt::format("virsh dominfo {} | grep 'Managed save'", server_));
      remains_.clean.push_back(state_.vm_state == "stopped" ? fmt::format("openstack server start {}", server_)
                                                            : fmt::format("virsh start {}", server_));
    }
    if (state_.is_transient) {
      remains_.facts.push_back("the domain has no definition any more: it is gone once the guest powers off");
      remains_.inspect.push_back(fmt::format("virsh dominfo {} | grep Persistent", server_));
      remains_.clean.push_back(
          fmt::format("virsh dumpxml --security-info {0} > {0}.xml && virsh define {0}.xml", server_));
    }
    if (state_.has_block_job) {
      remains_.facts.push_back("a block job of the live copy still runs on its disk");
      remains_.inspect.push_back(fmt::format("virsh blockjob {} vda --info", server_));
      remains_.clean.push_back(fmt::format("virsh blockjob {} vda --abort", server_));
    }
  }

  void write_files() {
    if (state_.files.empty()) return;
    remains_.facts.push_back(fmt::format(
        "the host's disk: {} left in snapshots_directory",
        state_.files.size() == 1
            ? "1 directory"
            : fmt::format("a directory and {} file{}", state_.files.size() - 1, state_.files.size() == 2 ? "" : "s")));
    const std::vector<std::string> known = temporary_directories(book_, explained_.story);
    if (known.empty()) {
      remains_.inspect.push_back("ls -ld --time-style=full-iso /var/lib/nova/instances/snapshots/tmp*");
      remains_.clean.push_back("rm -r /var/lib/nova/instances/snapshots/TMPDIR");
    }
    for (const std::string& directory : known) {
      remains_.inspect.push_back("ls -l " + shell_quoted(directory));
      remains_.inspect.push_back("qemu-img info " + shell_quoted(directory) + "/*");
      remains_.clean.push_back("rm -r " + shell_quoted(directory));
    }
  }

  const LogBook& book_;
  const ExplainedStory& explained_;
  const FinalState& state_;
  std::string server_;
  std::string image_;
  Remains remains_;
};

}  // namespace

Remains remains_of(const LogBook& book, const ExplainedStory& explained) {
  return Writer(book, explained).write();
}

}  // namespace snapsim
