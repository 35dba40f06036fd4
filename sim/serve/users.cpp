#include "sim/serve/users.hpp"

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include <nlohmann/json.hpp>
#define XXH_INLINE_ALL
#include <fmt/format.h>
#include <xxhash.h>

#include "sim/spelling/nearest_name.hpp"
#include "sim/world/storage.hpp"

namespace snapsim {
namespace {

using UsersJson = nlohmann::json;

/// 32 hex digits that follow from what the thing is and from its name, so that ids are the same each time.
std::string id_of(std::string_view kind, std::string_view name) {
  const std::string text = fmt::format("{}:{}", kind, name);
  const XXH128_hash_t hash = XXH3_128bits(text.data(), text.size());
  return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

template <class Things>
auto* found_by(const Things& things, std::string_view value, std::string Things::value_type::*member) {
  const auto found = std::find_if(things.begin(), things.end(), [&](const auto& one) { return one.*member == value; });
  return found == things.end() ? nullptr : &*found;
}

/// Reads one users file, and says where in it what is wrong.
class UsersReader {
 public:
  UsersReader(const UsersJson& root, std::string path) : root_(root), path_(std::move(path)) {}

  UserDirectory read() {
    check_keys(root_, "", {"projects", "users", "application_credentials"});
    for (const UsersJson& project : list("projects")) {
      const std::string name = project.is_string() ? project.get<std::string>() : "";
      if (name.empty()) fail("/projects", "a project is its name, a string that is not empty");
      users_.projects.push_back({id_of("project", name), name});
    }
    const UsersJson& users = list("users");
    for (std::size_t i = 0; i < users.size(); ++i) read_user(users[i], fmt::format("/users/{}", i));
    const UsersJson& credentials = list("application_credentials");
    for (std::size_t i = 0; i < credentials.size(); ++i) {
      read_credential(credentials[i], fmt::format("/application_credentials/{}", i));
    }
    if (users_.users.empty()) fail("/users", "there is no user; add {\"name\": \"demo\", \"password\": \"secret\"}");
    return std::move(users_);
  }

 private:
  [[noreturn]] void fail(const std::string& pointer, const std::string& what) const {
    throw UsersFileError(path_ + ": " + (pointer.empty() ? "/" : pointer) + ": " + what);
  }

  const UsersJson& list(const char* key) const {
    static const UsersJson nothing = UsersJson::array();
    if (!root_.contains(key)) return nothing;
    if (!root_.at(key).is_array()) fail("/" + std::string(key), "must be an array");
    return root_.at(key);
  }

  void check_keys(const UsersJson& object, const std::string& pointer, const std::vector<std::string>& known) const {
    if (!object.is_object()) fail(pointer, "must be an object");
    for (const auto& [key, value] : object.items()) {
      if (std::find(known.begin(), known.end(), key) != known.end()) continue;
      fail(pointer + "/" + key, "unknown key" + did_you_mean(nearest_name(key, known)));
    }
  }

  std::string text(const UsersJson& object, const std::string& pointer, const char* key, const char* otherwise) const {
    if (!object.contains(key)) {
      if (otherwise != nullptr) return otherwise;
      fail(pointer, fmt::format("the key \"{}\" is missing", key));
    }
    if (!object.at(key).is_string()) fail(pointer + "/" + key, "must be a string");
    return object.at(key).get<std::string>();
  }

  const Project& known_project(const std::string& name, const std::string& pointer) const {
    const Project* const project = users_.project_named(name);
    if (project != nullptr) return *project;
    std::vector<std::string> names;
    for (const Project& one : users_.projects) names.push_back(one.name);
    const std::string nearest = nearest_name(name, names);
    fail(pointer, "there is no project \"" + name + "\"" +
                      (nearest.empty() ? "; add it to \"projects\"" : did_you_mean(nearest)));
  }

  void read_user(const UsersJson& node, const std::string& pointer) {
    check_keys(node, pointer, {"name", "password", "id", "roles"});
    User user;
    user.name = text(node, pointer, "name", nullptr);
    user.password = text(node, pointer, "password", nullptr);
    user.id = text(node, pointer, "id", "");
    if (user.id.empty()) user.id = id_of("user", user.name);
    if (users_.user_named(user.name) != nullptr) fail(pointer + "/name", "there is another user \"" + user.name + "\"");
    const UsersJson roles = node.value("roles", UsersJson::object());
    if (!roles.is_object()) fail(pointer + "/roles", "must be an object: a project's name, and a list of roles");
    for (const auto& [name, list] : roles.items()) {
      const Project& project = known_project(name, pointer + "/roles/" + name);
      if (!list.is_array()) fail(pointer + "/roles/" + name, "must be a list of roles, as [\"member\"]");
      for (const UsersJson& role : list) {
        if (!role.is_string()) fail(pointer + "/roles/" + name, "a role is a string");
        user.roles[project.id].push_back(role.get<std::string>());
      }
    }
    users_.users.push_back(std::move(user));
  }

  void read_credential(const UsersJson& node, const std::string& pointer) {
    check_keys(node, pointer, {"id", "name", "secret", "user", "project"});
    ApplicationCredential credential;
    credential.name = text(node, pointer, "name", nullptr);
    credential.secret = text(node, pointer, "secret", nullptr);
    const User* const user = users_.user_named(text(node, pointer, "user", nullptr));
    if (user == nullptr) fail(pointer + "/user", "there is no such user");
    credential.user_id = user->id;
    credential.project_id = known_project(text(node, pointer, "project", nullptr), pointer + "/project").id;
    if (user->roles.count(credential.project_id) == 0) fail(pointer + "/project", "its user has no role there");
    credential.id = text(node, pointer, "id", "");
    if (credential.id.empty()) credential.id = id_of("credential", user->name + "/" + credential.name);
    users_.credentials.push_back(std::move(credential));
  }

  const UsersJson& root_;
  std::string path_;
  UserDirectory users_;
};

constexpr const char* default_users_text = R"({
  "projects": ["demo", "admin"],
  "users": [
    {"name": "demo", "password": "secret", "roles": {"demo": ["member", "reader"]}},
    {"name": "admin", "password": "secret",
     "roles": {"admin": ["admin", "member", "reader"], "demo": ["admin", "member", "reader"]}}],
  "application_credentials": [{"name": "demo-app", "secret": "secret", "user": "demo", "project": "demo"}]
})";

}  // namespace

const Project* UserDirectory::project(std::string_view id) const {
  return found_by(projects, id, &Project::id);
}
const Project* UserDirectory::project_named(std::string_view name) const {
  return found_by(projects, name, &Project::name);
}
const User* UserDirectory::user(std::string_view id) const {
  return found_by(users, id, &User::id);
}
const User* UserDirectory::user_named(std::string_view name) const {
  return found_by(users, name, &User::name);
}

std::vector<std::string> UserDirectory::role_names() const {
  std::set<std::string> names{"admin", "member", "reader"};
  for (const User& one : users) {
    for (const auto& [project, roles] : one.roles) names.insert(roles.begin(), roles.end());
  }
  return {names.begin(), names.end()};
}

UserDirectory parse_users(const std::string& text, const std::string& path) {
  UsersJson root;
  try {
    root = UsersJson::parse(text, nullptr, true, true);
  } catch (const UsersJson::parse_error& error) {
    throw UsersFileError(path + ": no JSON: " + error.what());
  }
  return UsersReader(root, path).read();
}

UserDirectory default_users() {
  return parse_users(default_users_text, "built-in users");
}

UserDirectory read_users(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (file) text << file.rdbuf();
  if (!file) throw OutsideError(OutsideError::Kind::failed, "cannot read the users file " + path);
  return parse_users(text.str(), path);
}

}  // namespace snapsim
