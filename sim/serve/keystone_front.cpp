#include "sim/serve/keystone_front.hpp"

#include <algorithm>
#include <functional>
#include <httplib.h>

#include <fmt/format.h>

#include "sim/serve/keystone_refusal.hpp"

namespace snapsim {
namespace {

constexpr const char* not_authenticated = "The request you have made requires authentication.";

Json version_json(const std::string& url) {
  const Json link{{"rel", "self"}, {"href", url + "/identity/v3/"}};
  const Json media_type{{"base", "application/json"}, {"type", "application/vnd.openstack.identity-v3+json"}};
  return {{"id", "v3.14"},
          {"status", "stable"},
          {"updated", "2020-04-07T00:00:00Z"},
          {"links", Json::array({link})},
          {"media-types", Json::array({media_type})}};
}

/// The member of that name, or an empty object where there is none.
const Json& member(const Json& object, const char* key) {
  static const Json nothing = Json::object();
  const auto found = object.is_object() ? object.find(key) : object.end();
  return found == object.end() ? nothing : *found;
}

std::string text_of(const Json& object, const char* key) {
  const Json& value = member(object, key);
  return value.is_string() ? value.get<std::string>() : std::string();
}

bool is_in_default_domain(const Json& named) {
  if (!named.contains("domain")) return true;
  const Json& domain = member(named, "domain");
  const std::string name = text_of(domain, "name");
  return text_of(domain, "id") == UserDirectory::domain_id || name == UserDirectory::domain_name ||
         name == UserDirectory::domain_id;
}

Json default_domain() {
  return {{"id", UserDirectory::domain_id}, {"name", UserDirectory::domain_name}};
}

}  // namespace

void keystone_handle(const httplib::Request& request, httplib::Response& response,
                     const std::function<void()>& handler) {
  response.set_header("Vary", "X-Auth-Token");
  response.set_header("x-openstack-request-id", random_request_id());
  try {
    handler();
  } catch (const KeystoneRefusal& refusal) {
    answer_error(response, "identity", refusal.status, refusal.what());
    if (refusal.status == 401) {
      response.set_header("WWW-Authenticate", fmt::format("Keystone uri=\"{}/identity\"", host_url(request)));
    }
  }
}

void KeystoneFront::mount(httplib::Server& server, const std::string& prefix) {
  const auto versions = [](const httplib::Request& request, httplib::Response& response) {
    answer_json(response, 300, {{"versions", {{"values", Json::array({version_json(host_url(request))})}}}});
  };
  const auto version = [](const httplib::Request& request, httplib::Response& response) {
    answer_json(response, 200, {{"version", version_json(host_url(request))}});
  };
  server.Get(prefix + "/?", versions);
  server.Get(prefix + "/v3/?", version);
  mount_tokens(server, prefix + "/v3");
  mount_lists(server, prefix + "/v3");
}

void KeystoneFront::mount_tokens(httplib::Server& server, const std::string& at) {
  using Method = void (KeystoneFront::*)(const httplib::Request&, httplib::Response&);
  const auto handler = [this](Method method) {
    return [this, method](const httplib::Request& request, httplib::Response& response) {
      keystone_handle(request, response, [&] { (this->*method)(request, response); });
    };
  };
  server.Post(at + "/auth/tokens/?", handler(&KeystoneFront::issue_token));
  server.Get(at + "/auth/tokens/?", handler(&KeystoneFront::show_token));  // HEAD as well
  server.Delete(at + "/auth/tokens/?", handler(&KeystoneFront::revoke_token));
}

Json KeystoneFront::catalog(const std::string& url) {
  const auto service = [&url](const char* type, const char* name, const char* id, const std::string& path) {
    Json endpoints = Json::array();
    for (const char* const interface : {"public", "internal", "admin"}) {
      endpoints.push_back({{"id", fmt::format("{}-{}", id, interface)},
                           {"interface", interface},
                           {"region", "RegionOne"},
                           {"region_id", "RegionOne"},
                           {"url", url + path}});
    }
    return Json{{"id", id}, {"type", type}, {"name", name}, {"endpoints", std::move(endpoints)}};
  };
  return Json::array({service("identity", "keystone", "identity", "/identity"),
                      service("compute", "nova", "compute", "/compute/v2.1"),
                      service("image", "glance", "image", "/image")});
}

/// The user that {"id"} or {"name", "domain"} names, or nullptr.
const User* KeystoneFront::named_user(const Json& user) const {
  const std::string id = text_of(user, "id");
  if (!id.empty()) return users_.user(id);
  return is_in_default_domain(user) ? users_.user_named(text_of(user, "name")) : nullptr;
}

const User& KeystoneFront::user_by_password(const Json& identity) const {
  const Json& wanted = member(member(identity, "password"), "user");
  if (!wanted.contains("password")) throw KeystoneRefusal(400, "the user's password is missing");
  const User* const user = named_user(wanted);
  if (user == nullptr || user->password != text_of(wanted, "password")) throw KeystoneRefusal(401, not_authenticated);
  return *user;
}

const ApplicationCredential& KeystoneFront::credential_of(const Json& wanted) const {
  const std::string id = text_of(wanted, "id");
  const User* const user = named_user(member(wanted, "user"));
  for (const ApplicationCredential& credential : users_.credentials) {
    const bool is_named =
        id.empty() ? user != nullptr && credential.user_id == user->id && credential.name == text_of(wanted, "name")
                   : credential.id == id;
    if (is_named && credential.secret == text_of(wanted, "secret")) return credential;
  }
  throw KeystoneRefusal(401, not_authenticated);
}

KeystoneFront::Authenticated KeystoneFront::authenticate(const Json& identity) const {
  Authenticated who;
  const Json& methods = member(identity, "methods");
  if (!methods.is_array() || methods.empty()) throw KeystoneRefusal(400, "'methods' is a required property");
  for (const Json& method : methods) {
    const std::string name = method.is_string() ? method.get<std::string>() : "";
    if (name == "password") {
      who.user = &user_by_password(identity);
    } else if (name == "token") {
      who.token = tokens_.find(text_of(member(identity, "token"), "id"));
      if (!who.token) throw KeystoneRefusal(401, not_authenticated);
      who.user = users_.user(who.token->identity.user_id);
    } else if (name == "application_credential") {
      who.credential = &credential_of(member(identity, "application_credential"));
      who.user = users_.user(who.credential->user_id);
    } else {
      throw KeystoneRefusal(401, "Attempted to authenticate with an unsupported method.");
    }
    who.methods.push_back(name);
  }
  if (who.user == nullptr) throw KeystoneRefusal(401, not_authenticated);
  return who;
}

/// The project that the token is to be for, or nullptr: unscoped.
const Project* KeystoneFront::wanted_project(const Json& scope, const Authenticated& who) const {
  if (who.credential != nullptr) return users_.project(who.credential->project_id);
  const Json& wanted = member(scope, "project");
  const bool is_unscoped = !scope.is_object() || scope.empty();
  if (is_unscoped) return nullptr;
  if (wanted.empty()) throw KeystoneRefusal(401, not_authenticated);  // a domain, or the system: nobody has roles there
  const std::string id = text_of(wanted, "id");
  const Project* project = id.empty() ? nullptr : users_.project(id);
  if (id.empty() && is_in_default_domain(wanted)) project = users_.project_named(text_of(wanted, "name"));
  if (project == nullptr || who.user->roles.count(project->id) == 0) throw KeystoneRefusal(401, not_authenticated);
  return project;
}

void KeystoneFront::issue_token(const httplib::Request& request, httplib::Response& response) {
  const Json body = Json::parse(request.body, nullptr, false);
  const Json& auth = member(body, "auth");
  if (body.is_discarded() || !auth.is_object() || !auth.contains("identity")) {
    throw KeystoneRefusal(400, "'identity' is a required property\n\nFailed validating the request body");
  }
  const Authenticated who = authenticate(member(auth, "identity"));
  const Project* const project = wanted_project(member(auth, "scope"), who);
  Identity identity;
  identity.user_id = who.user->id;
  identity.user_name = who.user->name;
  if (project != nullptr) {
    identity.project_id = project->id;
    identity.project_name = project->name;
    identity.roles = who.user->roles.at(project->id);
  }
  std::vector<std::string> methods = who.methods;
  std::optional<std::chrono::system_clock::time_point> expires_at;
  if (who.token) {
    expires_at = who.token->expires_at;
    for (const std::string& method : who.token->methods) {
      if (std::find(methods.begin(), methods.end(), method) == methods.end()) methods.push_back(method);
    }
  }
  const Token token =
      tokens_.issue(identity, std::move(methods), who.credential == nullptr ? "" : who.credential->id, expires_at);
  response.set_header("X-Subject-Token", token.id);
  answer_json(response, 201, token_json(token, host_url(request), !request.has_param("nocatalog")));
}

Json KeystoneFront::token_json(const Token& token, const std::string& url, bool has_catalog) const {
  Json user{{"domain", default_domain()},
            {"id", token.identity.user_id},
            {"name", token.identity.user_name},
            {"password_expires_at", nullptr}};
  Json json{{"methods", token.methods},
            {"user", std::move(user)},
            {"audit_ids", Json::array({token.audit_id})},
            {"expires_at", iso_time(token.expires_at, true)},
            {"issued_at", iso_time(token.issued_at, true)}};
  if (!token.credential_id.empty()) {
    json["application_credential"] = {{"id", token.credential_id}, {"restricted", true}};
  }
  if (token.identity.project_id.empty()) return {{"token", std::move(json)}};
  json["project"] = {
      {"domain", default_domain()}, {"id", token.identity.project_id}, {"name", token.identity.project_name}};
  json["is_domain"] = false;
  json["roles"] = Json::array();
  for (const std::string& role : token.identity.roles) json["roles"].push_back({{"id", role}, {"name", role}});
  if (has_catalog) json["catalog"] = catalog(url);
  return {{"token", std::move(json)}};
}

/// Whose token the request carries.
Token KeystoneFront::caller(const httplib::Request& request) const {
  std::optional<Token> token = tokens_.find(request.get_header_value("X-Auth-Token"));
  if (!token) throw KeystoneRefusal(401, not_authenticated);
  return *std::move(token);
}

/// The token that the request is about.
Token KeystoneFront::subject(const httplib::Request& request, const Token& caller) const {
  const std::string id = request.get_header_value("X-Subject-Token");
  std::optional<Token> token = tokens_.find(id);
  if (!token) throw KeystoneRefusal(404, fmt::format("Could not find token: {}.", id));
  const bool is_own = token->identity.user_id == caller.identity.user_id;
  if (!is_own && !caller.identity.is_admin()) {
    throw KeystoneRefusal(403, "You are not authorized to perform the requested action: identity:validate_token.");
  }
  return *std::move(token);
}

void KeystoneFront::show_token(const httplib::Request& request, httplib::Response& response) {
  const Token token = subject(request, caller(request));
  response.set_header("X-Subject-Token", token.id);
  answer_json(response, 200, token_json(token, host_url(request), !request.has_param("nocatalog")));
}

void KeystoneFront::revoke_token(const httplib::Request& request, httplib::Response& response) {
  const Token token = subject(request, caller(request));
  tokens_.revoke(token.id);
  response.status = 204;
}

}  // namespace snapsim
