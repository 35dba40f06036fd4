#pragma once

#include "fake_glance/identity.hpp"

namespace snapsim {

/// Asks another validator once for each request: planned faults, Nova, and Glance behind Nova all want to know who it
/// is, and a token that is not valid, or that nobody can judge, would be asked about each time.
class RequestTokens final : public TokenValidator {
 public:
  /// `tokens` must outlive the object.
  explicit RequestTokens(TokenValidator& tokens) : tokens_(tokens) {}

  /// The thread that calls this works on another request from now on.
  void begin_request();
  std::optional<Identity> validate(std::string_view token) override;

 private:
  TokenValidator& tokens_;
};

}  // namespace snapsim
