#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/report/run_names.hpp"

namespace snapsim {

/// A column of a sequence diagram. Hosts have a pair of their own: nova-compute with its tools, and libvirt.
struct Participant {
  /// In the order in which columns stand.
  enum class Lane : std::uint8_t { client, api, glance, queue, compute, hypervisor };

  Lane lane{};
  std::uint32_t host = 0;  ///< of compute and hypervisor

  std::strong_ordering operator<=>(const Participant& other) const;
  bool operator==(const Participant& other) const = default;

  /// A word of letters and digits, unique in a diagram: "api", "compute0".
  std::string id() const;
};

/// One line of a sequence diagram.
struct SequenceStep {
  enum class Kind : std::uint8_t {
    note,    ///< something that `from` does by itself; `to` is the same
    call,    ///< a request that is waited for
    answer,  ///< what comes back
    cast,    ///< a message that nobody waits for
  };

  std::size_t position = 0;  ///< of its record in the trace
  std::int64_t virtual_us = 0;
  Kind kind = Kind::note;
  bool failed = false;         ///< no answer came, or it says that the operation failed
  bool is_http_begin = false;  ///< an HTTP request leaves; its answer is a step of its own
  Participant from;
  Participant to;
};

/// How a request to Glance stands in a sequence: the trace has one record of it, when it is answered.
enum class HttpForm : std::uint8_t {
  one_arrow,        ///< a call, where its answer is known
  call_and_answer,  ///< a call when it begins and an answer when it ends
};

/// The steps of a run that are worth an arrow or a note, in the order of the trace, and the columns that they need.
struct Sequence {
  std::vector<Participant> participants;  ///< in order, each once; at least one
  std::vector<SequenceStep> steps;        ///< in order of time
};
Sequence sequence_of(const RunNames& names, HttpForm form);

/// The column that the record belongs to, whether a sequence shows it or not.
Participant participant_of(const RunNames& names, const TraceRecord& record);

/// The column's heading, as in "nova-compute@compute-1". Fit to print.
std::string participant_text(const RunNames& names, const Participant& participant);

/// What the step says, with the instance's name where a run has several. One line, fit to print.
std::string sequence_text(const RunNames& names, const SequenceStep& step);

}  // namespace snapsim
