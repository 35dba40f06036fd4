#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/nova/database.hpp"
#include "sim/nova/failure.hpp"
#include "sim/nova/ids.hpp"
#include "sim/nova/states.hpp"
#include "sim/world/scenario.hpp"

namespace snapsim {

/// A request's reply as the client saw it.
struct RequestResult {
  std::uint32_t index = 0;  ///< index into Scenario::requests
  Action action{};
  int status = 0;                         ///< HTTP status; 0 when no answer came
  std::string image;                      ///< name of the image that it made or named; empty: none
  std::optional<std::uint32_t> instance;  ///< index into Scenario::instances
  Failure failure;                        ///< what a refusal tells, as numbers
  std::string message;                    ///< the same in words (sim/report puts them in); empty: none
};

struct EventResult {
  std::string action;  ///< "createImage"
  std::string result;  ///< "Success", "Error", or empty while it runs
  RequestId request;   ///< none: a service began it by itself
};

struct InstanceResult {
  std::string name;
  VmState vm_state{};
  TaskState task_state{};
  PowerState power_state{};
  std::string guest;  ///< what the hypervisor says: running, paused, shutdown, saved or absent
  std::vector<TaskState> task_states;
  Failure newest_fault;  ///< as numbers
  std::string fault;     ///< the same in words (sim/report puts them in); empty: none
  std::vector<EventResult> events;
  InstanceRow row;     ///< all that the database says of it
  FileId guest_disk;   ///< what its domain runs from; none: there is no domain
  FileId root_disk;    ///< its files on the host
  FileId rescue_disk;  ///< none, but while it is rescued
};

struct ImageResult {
  ImageId id;  ///< none where no image was ever made
  std::string name;
  std::string status;  ///< wire value, or "absent"
  DiskFormat disk_format = DiskFormat::qcow2;
  std::optional<std::int64_t> size;
  std::string checksum;       ///< md5, empty: null
  std::string os_hash_value;  ///< sha512, empty: null
  std::vector<ImageStatus> statuses;
};

struct ViolationResult {
  std::string invariant;
  std::string subject;
  std::int64_t virtual_us = 0;
  std::string message;
  std::vector<std::uint32_t> steps;  ///< indexes of the trace records that led there
};

/// What a run ended in: section 6 of the contract, before it is JSON.
struct RunResult {
  std::uint64_t seed = 0;
  std::uint64_t fingerprint_high = 0;
  std::uint64_t fingerprint_low = 0;
  std::int64_t virtual_us = 0;
  std::uint64_t events = 0;            ///< trace records
  std::string disks;                   ///< "qcow2" or "model"
  std::vector<std::uint32_t> choices;  ///< what was picked, trailing zeros left out
  std::vector<RequestResult> requests;
  std::vector<InstanceResult> instances;
  std::vector<ImageResult> images;
  std::vector<std::string> leftover_files;
  std::int64_t leftover_bytes = 0;
  std::vector<ViolationResult> violations;
};

}  // namespace snapsim
