#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace snapsim {

/// The users file is not as it should be; what() says what and where.
class UsersFileError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A project of Keystone's.
struct Project {
  std::string id;
  std::string name;
};

/// A user of Keystone's, in the domain `default`.
struct User {
  std::string id;
  std::string name;
  std::string password;
  std::map<std::string, std::vector<std::string>> roles;  ///< by project id: names of roles
};

/// An application credential: a user's power in one project, under a secret of its own.
struct ApplicationCredential {
  std::string id;
  std::string name;
  std::string secret;
  std::string user_id;
  std::string project_id;
};

/// Whom Keystone knows. One domain, "Default".
struct UserDirectory {
  static constexpr const char* domain_id = "default";
  static constexpr const char* domain_name = "Default";

  std::vector<Project> projects;
  std::vector<User> users;
  std::vector<ApplicationCredential> credentials;

  const Project* project(std::string_view id) const;
  const Project* project_named(std::string_view name) const;
  const User* user(std::string_view id) const;
  const User* user_named(std::string_view name) const;
  /// Of all users' roles: their names.
  std::vector<std::string> role_names() const;
};

/// demo (member of project demo) and admin (admin of projects demo and admin), both with the password "secret", and
/// demo's application credential "demo-app" with the secret "secret".
UserDirectory default_users();

/// Reads a users file: {"projects": ["demo"], "users": [{"name": "demo", "password": "secret", "roles": {"demo":
/// ["member"]}}], "application_credentials": [{"name", "secret", "user", "project", "id"}]}. Ids that it does not say
/// are made from the names. Throws UsersFileError, and OutsideError where the file cannot be read.
UserDirectory read_users(const std::string& path);
/// The same of a text; `path` is for messages.
UserDirectory parse_users(const std::string& text, const std::string& path);

}  // namespace snapsim
