#include <array>

#include "sim/explain/event.hpp"
#include "sim/explain/event_text.hpp"
#include "sim/world/scenario.hpp"

namespace snapsim {

std::uint32_t operations_in_frame(std::string_view text) {
  struct Frame {
    std::string_view text;
    Operation operation{};
  };
  // What stands in the source lines and function names of Nova, glanceclient and libvirt-python.
  static constexpr std::array frames{
      Frame{"http_client.post(", Operation::glance_create},
      Frame{"http_client.put(", Operation::glance_upload},
      Frame{"http_client.patch(", Operation::glance_update},
      Frame{"http_client.get(", Operation::glance_get},
      Frame{"http_client.delete(", Operation::glance_delete},
      Frame{"virDomainManagedSave() failed", Operation::hypervisor_suspend},
      Frame{".managedSave(", Operation::hypervisor_suspend},
      Frame{"_suspend_guest_for_snapshot(", Operation::hypervisor_suspend},
      Frame{"_resume_guest_after_snapshot(", Operation::hypervisor_resume},
      Frame{"dev.rebase(", Operation::hypervisor_block_copy},
      Frame{".blockRebase(", Operation::hypervisor_block_copy},
      Frame{".blockJobAbort(", Operation::hypervisor_block_job_abort},
      Frame{".undefineFlags(", Operation::hypervisor_undefine},
      Frame{"delete_configuration(", Operation::hypervisor_undefine},
      Frame{".defineXMLFlags(", Operation::hypervisor_define},
      Frame{"host.write_instance_config(", Operation::hypervisor_define},
      Frame{"fsFreeze(", Operation::guest_agent_freeze},
      Frame{"fsThaw(", Operation::guest_agent_thaw},
      Frame{"tempdir(dir=", Operation::disk_mkdtemp},
      Frame{"mkdtemp(", Operation::disk_mkdtemp},
      Frame{"create_cow_image(", Operation::disk_create_delta},
      Frame{"images.convert_image(", Operation::disk_extract},
      Frame{"snapshot_extract(", Operation::disk_extract},
      Frame{"extract_snapshot(", Operation::disk_extract},
  };
  std::uint32_t found = 0;
  for (const Frame& frame : frames) {
    if (text.find(frame.text) != std::string_view::npos) found |= 1u << static_cast<unsigned>(frame.operation);
  }
  return found;
}

bool read_command_failure(std::string_view message, std::int64_t& exit_code, bool& is_full) {
  constexpr std::string_view code = "Exit code: ";
  if (message.starts_with(code)) {
    exit_code = event_text::number_at(message.substr(code.size()));
    return true;
  }
  if (message.starts_with("Stderr: ") && message.find("No space left on device") != std::string_view::npos) {
    is_full = true;
    return true;
  }
  return false;
}

}  // namespace snapsim
