#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <boost/system/result.hpp>

#include "sim/report/run_record.hpp"

namespace snapsim {

/// Everything that a run is a function of: what `snapsim replay` needs.
struct ReplayToken {
  std::string path;  ///< of the scenario file, as given on the command line
  Policy policy = Policy::nova;
  std::uint64_t seed = 0;
  std::vector<std::uint32_t> choices;

  bool operator==(const ReplayToken&) const = default;
};

/// Why a text is no token, in words for the user.
struct ReplayTokenError {
  std::string message;
};

/// The token as text: `PATH#p=POLICY,s=SEED,c=CHOICES`. CHOICES are the picks in order, joined by dots, each run of
/// equal ones as VALUE*COUNT ("0*17.2.0*3.1"); nothing where all were 0. The path stands as it is: a reader splits at
/// the last '#'.
std::string to_string(const ReplayToken& token);
/// Reads what `to_string` writes. A token of more than 2^24 choices is refused.
boost::system::result<ReplayToken, ReplayTokenError> parse_replay_token(std::string_view text);

/// The run's token.
std::string replay_token(const RunRecord& record);
/// The command that does the same run again, ready for a shell: ./snapsim replay '...'.
std::string replay_command(const RunRecord& record);

}  // namespace snapsim
