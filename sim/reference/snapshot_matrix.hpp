#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/world/scenario.hpp"

namespace snapsim {

/// One way in which a snapshot is taken in the reference.
enum class PlainSnapshot : std::uint8_t {
  cold,  ///< of a running server
  live,  ///< of a running server with a guest agent
};
std::string_view to_string(PlainSnapshot snapshot);

/// What a plain snapshot ended in with one fault.
struct MatrixRun {
  PlainSnapshot snapshot{};
  Policy policy{};
  bool fired = false;  ///< the run came to the fault
  std::string answer;  ///< of createImage: the HTTP status, or "none"
  std::string image;   ///< its status, or "absent"
  std::string task_state;
  std::string vm_state;
  std::string guest;
  std::string event;                  ///< "Success", "Error", "none" or "unfinished"
  std::vector<std::string> violated;  ///< names of invariants, each once, in their order
};

/// The fault as the reference plans it: at the first pass of its operation, or, of an event, while the disk is
/// extracted.
FaultSpec plain_fault(std::uint8_t point);

/// The runs of a plain snapshot with that fault: cold and live, under policy nova and hardened, in this order.
std::vector<MatrixRun> runs_with(std::uint8_t point);

}  // namespace snapsim
