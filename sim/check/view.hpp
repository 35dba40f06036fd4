#pragma once

#include <cstdint>
#include <string>

#include "sim/nova/ids.hpp"
#include "sim/nova/states.hpp"
#include "sim/nova/vocabulary.hpp"

namespace snapsim {

/// What became of the event record of a request's task.
enum class EventOutcome : std::uint8_t { none, unfinished, success, error };

/// An instance, as the database and the hypervisor have it, and as it was at the start.
struct InstanceView {
  VmState vm_state{};
  TaskState task_state{};
  PowerState power_state{};
  bool is_deleted = false;

  bool was_removed_by_nova = false;  ///< Nova has removed the guest's disk, as for a rebuild
  bool is_on_host = true;            ///< not shelved and offloaded

  bool has_domain = true;
  PowerState guest = PowerState::shutdown;
  bool is_persistent = true;
  bool has_block_job = false;
  bool is_frozen = false;

  PowerState guest_at_start{};
  bool power_was_asked_for = false;  ///< a user has asked for another power state since
  bool disk_is_unchanged = true;     ///< what the guest wrote is on its disk, and nothing else
};

/// How an image's data compares with the guest's disk.
struct ImageDataView {
  std::int64_t bytes = 0;           ///< kept in the store
  std::int64_t bytes_expected = 0;  ///< length of the file that was extracted; 0 when there is none
  bool is_whole = false;            ///< every byte of one extracted file, in order, and that file held the whole disk
  bool is_of_one_instant = false;
  bool is_of_this_snapshot = false;  ///< that instant lies between the request and the image becoming active
  std::string defect;                ///< what an outside tool found wrong with the file; empty: nothing
};

struct ImageView {
  ImageStatus status{};
  std::uint32_t request = 0;  ///< which request made it
  std::int64_t size_bytes = -1;
  bool was_active = false;  ///< at some time
  bool was_deleted_by_user = false;
  ImageDataView data;
};

struct RequestView {
  Action action{};
  InstanceUuid instance;
  int status = 0;         ///< HTTP status of the answer; 0: none came
  ImageId image;          ///< that it made, if any
  bool was_cast = false;  ///< a message to nova-compute was sent for it
  EventOutcome event = EventOutcome::none;
  std::uint32_t faults = 0;  ///< instance_faults rows written for it
};

/// What invariants look at: read-only, and made when it is asked for.
class WorldView {
 public:
  virtual ~WorldView() = default;

  virtual std::uint32_t instance_count() const = 0;
  virtual InstanceView instance(std::uint32_t index) const = 0;
  virtual std::string instance_name(std::uint32_t index) const = 0;
  virtual std::uint32_t image_count() const = 0;
  virtual ImageView image(std::uint32_t index) const = 0;
  virtual std::string image_name(std::uint32_t index) const = 0;
  virtual std::uint32_t request_count() const = 0;
  virtual RequestView request(std::uint32_t index) const = 0;
  /// Directories and files that a snapshot made on compute hosts, and that are still there: how many, and the name of
  /// each; a directory's ends in a slash.
  virtual std::uint32_t leftover_file_count() const = 0;
  virtual std::string leftover_file(std::uint32_t index) const = 0;
  /// Whether a server failed during the run (a planned fault, or a process that died).
  virtual bool any_server_failed() const = 0;
  /// Whether the run came to rest within its bound.
  virtual bool came_to_rest() const = 0;
  virtual std::int64_t now_us() const = 0;
};

}  // namespace snapsim
