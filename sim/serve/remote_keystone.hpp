#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "fake_glance/identity.hpp"

namespace httplib {
class Client;
}

namespace snapsim {

/// Tokens checked with another Keystone, as keystonemiddleware does it: GET /v3/auth/tokens with the token itself as
/// proof of who asks. What was found valid is believed for 300 s, though not beyond the token's end; what was not is
/// asked again.
class RemoteKeystone final : public TokenValidator {
 public:
  /// `url` ends in /v3: "http://keystone.example:5000/v3", "https://cloud.example/identity/v3".
  explicit RemoteKeystone(const std::string& url);

  /// Throws std::runtime_error where the Keystone cannot be reached, or gives no sensible answer.
  std::optional<Identity> validate(std::string_view token) override;

  /// Whoever waits for the Keystone, or will, is told at once that it cannot be reached.
  void give_up();

  static constexpr std::chrono::seconds token_cache_time{300};

 private:
  struct Known {
    Identity identity;
    std::chrono::system_clock::time_point until;
  };

  std::optional<Known> ask(const std::string& token);

  std::string host_;  ///< scheme, name and port
  std::string path_;  ///< "/identity/v3"
  std::mutex mutex_;  // of what follows
  std::map<std::string, Known, std::less<>> known_;
  std::set<httplib::Client*> asking_;
  bool has_given_up_ = false;
};

}  // namespace snapsim
