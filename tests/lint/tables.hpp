#pragma once

#include <string_view>
#include <vector>

namespace snapsim::lint {

/// How much of the outside a room may see.
enum class Nature {
  deterministic,  ///< what a run is made of: no clock, no thread, no chance, no file, no environment
  reproducible,   ///< what a run's output is made of: may read files, but the same run gives the same bytes
  outside,        ///< meets the real world
};

/// One room: a folder, or a single file.
struct Room {
  std::string_view where;  ///< the path from the root: "sim/nova/" or "sim/main.cpp"; the longest that fits counts
  Nature nature{};
  std::vector<std::string_view> rooms;  ///< what of ours it may include besides itself: folders ("sim/nova/") or files
  std::vector<std::string_view>
      libraries;  ///< what else in angle brackets besides the standard library: "boost/", "xxhash.h"
};

/// Stands in Room::rooms and Room::libraries for anything but tests.
inline constexpr std::string_view anything = "*";

/// The rooms and what each may include; a file in none of them is a finding.
const std::vector<Room>& rooms();

/// Something that may not stand in a room of this nature or a stricter one.
struct BannedText {
  const char* pattern;                   ///< ECMAScript regular expression
  Nature up_to{};                        ///< the most liberal nature that it is banned for
  enum class In { code, strings } in{};  ///< `code`: comments and literals are blank. `strings`: only comments are
  std::string_view reason;
};
const std::vector<BannedText>& banned_texts();

/// Standard headers that deterministic rooms may not include, with the reason.
struct BannedHeader {
  std::string_view name;
  std::string_view reason;
};
const std::vector<BannedHeader>& banned_headers();

}  // namespace snapsim::lint
