#include "sim/serve/request_tokens.hpp"

#include <stdexcept>
#include <string>

namespace snapsim {
namespace {

/// What was found out for the request that a thread works on.
struct FoundToken {
  bool is_known = false;
  std::string token;
  std::optional<Identity> identity;
  std::optional<std::string> failure;  ///< why it could not be found out
};

FoundToken& found_token() {
  thread_local FoundToken found;
  return found;
}

}  // namespace

void RequestTokens::begin_request() {
  found_token() = {};
}

std::optional<Identity> RequestTokens::validate(std::string_view token) {
  FoundToken& found = found_token();
  if (!found.is_known || found.token != token) {
    found = {true, std::string(token), std::nullopt, std::nullopt};
    try {
      found.identity = tokens_.validate(token);
    } catch (const std::runtime_error& error) {
      found.failure = error.what();
    }
  }
  if (found.failure) throw std::runtime_error(*found.failure);
  return found.identity;
}

}  // namespace snapsim
