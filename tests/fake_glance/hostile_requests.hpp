#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace snapsim::testing {

/// Requests that no client of good will sends, the same ones in each run with the same seed: malformed HTTP, heads and
/// bodies that are too large, ids that lead out of the store, any JSON, any query, any range.
class HostileRequests {
 public:
  explicit HostileRequests(std::uint64_t seed) : state_(seed * 2 + 1) {}

  /// An image that is there: later requests are about it, too. The last 8 are kept.
  void use_image(const std::string& id);
  /// The bytes of one request, or of what is none.
  std::string next();

 private:
  std::size_t below(std::size_t bound);
  bool is_one_in(std::size_t count) { return below(count) == 0; }
  template <class List>
  std::string any_of(const List& list) {
    return std::string(list[below(std::size(list))]);
  }
  std::string any_id();
  std::string any_text();
  std::string any_json(int depth);
  std::string any_patch();
  std::string any_query();
  std::string any_target(std::string& method);
  std::string any_body();
  std::string any_request();
  void spoil(std::string& text);

  std::uint64_t state_;
  std::vector<std::string> images_;
};

}  // namespace snapsim::testing
