#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "fake_glance/identity.hpp"
#include "sim/serve/users.hpp"

namespace snapsim {

/// A token that Keystone has given out. Without a project it is unscoped.
struct Token {
  std::string id;
  Identity identity;
  std::vector<std::string> methods;  ///< "password" ...
  std::string audit_id;
  std::string credential_id;  ///< of the application credential that it was got by; empty: none
  std::chrono::system_clock::time_point issued_at;
  std::chrono::system_clock::time_point expires_at;
};

/// The tokens of our own Keystone. Calls may come from several threads at once.
class TokenStore final : public TokenValidator {
 public:
  using Now = std::function<std::chrono::system_clock::time_point()>;

  /// `now` says what time it is; without it the wall clock does. Tokens live for `lifetime` (Keystone's
  /// [token]expiration, 3600 s).
  explicit TokenStore(std::chrono::seconds lifetime = std::chrono::hours(1), Now now = nullptr);

  /// Gives out a token; one that was got by another token, `expires_at`, lives no longer than that one.
  Token issue(const Identity& identity, std::vector<std::string> methods, std::string credential_id = {},
              std::optional<std::chrono::system_clock::time_point> expires_at = std::nullopt);
  /// None: not known, revoked or expired.
  std::optional<Token> find(std::string_view id);
  /// False where there is no such token.
  bool revoke(std::string_view id);

  std::optional<Identity> validate(std::string_view token) override;

 private:
  std::chrono::seconds lifetime_;
  Now now_;
  std::mutex mutex_;
  std::map<std::string, Token, std::less<>> tokens_;
};

}  // namespace snapsim
