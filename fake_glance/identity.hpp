#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace snapsim {

/// Who a token stands for, as keystonemiddleware tells a service (X-User-Id, X-Project-Id, X-Roles ...).
struct Identity {
  std::string user_id;
  std::string user_name;
  std::string project_id;
  std::string project_name;
  std::vector<std::string> roles;  ///< names: "admin", "member", "reader"

  bool has_role(std::string_view role) const {
    for (const std::string& one : roles) {
      if (one == role) return true;
    }
    return false;
  }
  bool is_admin() const { return has_role("admin"); }
};

/// Says who a token stands for. Called from several threads at once.
class TokenValidator {
 public:
  virtual ~TokenValidator() = default;
  /// None: the token is not valid. Throws std::runtime_error where that cannot be found out now (503).
  virtual std::optional<Identity> validate(std::string_view token) = 0;
};

}  // namespace snapsim
