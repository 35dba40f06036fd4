#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/explain/candidates.hpp"

namespace snapsim {

/// One possible cause, with what speaks for it.
struct Cause {
  std::string name;  ///< the faults' and requests' names, joined by " and "; empty: nothing went wrong
  Circumstances circumstances;
  Candidate candidate;  ///< the run of it that is nearest to what was seen
  double cost = 0;      ///< of its comparison; 0: the same lines
  Comparison comparison;
  std::vector<std::string> same_lines;  ///< names of other causes whose runs log the very same lines
  std::vector<std::string> moments;     ///< other moments of the same cause that explain as much, in words
};

/// A part of the state that the logs leave open: other runs log what was seen as well as the most likely one does, and
/// end otherwise in it.
struct Doubt {
  std::string_view part;            ///< as parts_of() names it
  std::vector<std::string> others;  ///< what else it may be, the likelier first; empty: nothing is known of it
};

/// What is known of one story.
struct Diagnosis {
  Circumstances circumstances;
  std::vector<Cause> causes;  ///< the most likely first; never empty
  FinalState state;           ///< of the most likely cause, corrected by what the logs say
  std::vector<Doubt> doubts;  ///< of the state
  bool is_open = false;       ///< the logs end before the snapshot does, or nova-compute's is not there
  std::string end;            ///< where the snapshot ended, in words
  bool is_success = false;    ///< it ended as it should
};

/// The circumstances that the story shows; what it does not show is taken from other stories of the same logs.
Circumstances circumstances_of(const LogBook& book, const SnapshotStory& story, const std::vector<SnapshotStory>& all);

/// Ranks what may have happened. At most `causes_max` causes are given. `with_pairs`: where no single mishap explains
/// the story, two together are tried.
Diagnosis diagnose(const LogBook& book, const SnapshotStory& story, const std::vector<SnapshotStory>& all,
                   CandidateStore& store, std::size_t causes_max = 5, bool with_pairs = true);

}  // namespace snapsim
