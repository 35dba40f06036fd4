#pragma once

#include <array>
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
  virtual ~HostileRequests() = default;

  /// An image that is there: later requests are about it, too. The last 8 are kept.
  void use_image(const std::string& id);
  /// The bytes of one request, or of what is none.
  std::string next();

 protected:
  /// A request that may still be well-formed.
  virtual std::string any_request();
  std::size_t below(std::size_t bound);
  bool is_one_in(std::size_t count) { return below(count) == 0; }
  template <class List>
  std::string any_of(const List& list) {
    return std::string(list[below(std::size(list))]);
  }
  std::string any_id();
  std::string any_text();
  std::string any_json(int depth);
  std::string any_query();
  /// The head's end and the body: with its length or in chunks, mostly as it is said to be.
  std::string with_body(std::string head, const std::string& body);

 private:
  std::string any_patch();
  std::string any_target(std::string& method);
  std::string any_body();
  /// A path of the metadata definitions, most of whose namespaces and names are soon there.
  std::string any_metadef_target(std::string& method);
  std::string any_metadef_body(const std::string& target);
  /// `text` in quotes, or now and then anything.
  std::string mostly(std::string_view text);
  void spoil(std::string& text);

  std::uint64_t state_;
  std::vector<std::string> images_;
};

/// What hostile requests have been answered with.
class HostileTally {
 public:
  /// One request to that port, over a connection of its own. False where it is answered as none should be, or not at
  /// all for so long that it hangs; standard error then tells what it was.
  bool send(int port, const std::string& request);
  /// Statuses of 5xx are as they should be: failures were asked for.
  void allow_failures(bool are_allowed) { are_failures_allowed_ = are_allowed; }
  /// Answers with statuses of so many hundred; 0: connections that were cut.
  long count(std::size_t hundreds) const { return counts_[hundreds]; }
  std::string text() const;

 private:
  std::array<long, 6> counts_{};
  bool are_failures_allowed_ = false;
};

}  // namespace snapsim::testing
