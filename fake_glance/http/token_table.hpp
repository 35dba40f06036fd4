#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "fake_glance/identity.hpp"

namespace snapsim {

/// Tokens that are known beforehand: for a server without Keystone. Not to be changed once a server uses it.
class TokenTable final : public TokenValidator {
 public:
  /// The tokens `demo` and `alt`, members of the projects of the same name, and `admin`.
  static TokenTable built_in();

  void add(std::string token, Identity identity);
  /// "TOKEN=PROJECT:ROLE,ROLE". Throws std::invalid_argument, which says what is wrong.
  void add(std::string_view specification);
  /// A JSON object of tokens: {"TOKEN": {"project_id": ..., "roles": [...], "project_name", "user_id", "user_name"}}.
  /// Throws std::runtime_error, which says what is wrong and where.
  void read(const std::filesystem::path& file);
  bool empty() const { return identities_.empty(); }

  std::optional<Identity> validate(std::string_view token) override;

 private:
  std::map<std::string, Identity, std::less<>> identities_;
};

}  // namespace snapsim
