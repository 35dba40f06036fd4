#include "sim/serve/tokens.hpp"

#include <algorithm>
#include <utility>

#include "sim/serve/http_answer.hpp"

namespace snapsim {

TokenStore::TokenStore(std::chrono::seconds lifetime, Now now) : lifetime_(lifetime), now_(std::move(now)) {
  if (!now_) now_ = [] { return std::chrono::system_clock::now(); };
}

Token TokenStore::issue(const Identity& identity, std::vector<std::string> methods, std::string credential_id,
                        std::optional<std::chrono::system_clock::time_point> expires_at) {
  Token token;
  token.id = "gAAAAA" + random_hex(58);
  token.identity = identity;
  token.methods = std::move(methods);
  token.audit_id = random_hex(22);
  token.credential_id = std::move(credential_id);
  const std::lock_guard<std::mutex> lock(mutex_);
  token.issued_at = now_();
  token.expires_at = token.issued_at + lifetime_;
  if (expires_at) token.expires_at = std::min(token.expires_at, *expires_at);
  // Those that have expired are of no use to anybody.
  std::erase_if(tokens_, [&token](const auto& entry) { return entry.second.expires_at <= token.issued_at; });
  tokens_.emplace(token.id, token);
  return token;
}

std::optional<Token> TokenStore::find(std::string_view id) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = tokens_.find(id);
  if (found == tokens_.end() || found->second.expires_at <= now_()) return std::nullopt;
  return found->second;
}

bool TokenStore::revoke(std::string_view id) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = tokens_.find(id);
  if (found == tokens_.end()) return false;
  tokens_.erase(found);
  return true;
}

std::optional<Identity> TokenStore::validate(std::string_view token) {
  const std::optional<Token> found = find(token);
  if (!found) return std::nullopt;
  return found->identity;
}

}  // namespace snapsim
