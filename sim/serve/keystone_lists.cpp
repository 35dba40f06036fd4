#include <functional>
#include <httplib.h>

#include <fmt/format.h>

#include "sim/serve/keystone_front.hpp"
#include "sim/serve/keystone_refusal.hpp"

// Keystone's lists, to read: users, projects, domains, roles, regions, services, endpoints.

namespace snapsim {
namespace {

Json project_json(const Project& project, const std::string& url) {
  return {{"id", project.id},
          {"name", project.name},
          {"domain_id", UserDirectory::domain_id},
          {"parent_id", UserDirectory::domain_id},
          {"description", ""},
          {"enabled", true},
          {"is_domain", false},
          {"tags", Json::array()},
          {"options", Json::object()},
          {"links", {{"self", url + "/identity/v3/projects/" + project.id}}}};
}

Json user_json(const User& user, const std::string& url) {
  return {{"id", user.id},
          {"name", user.name},
          {"domain_id", UserDirectory::domain_id},
          {"enabled", true},
          {"password_expires_at", nullptr},
          {"options", Json::object()},
          {"links", {{"self", url + "/identity/v3/users/" + user.id}}}};
}

Json domain_json(const std::string& url) {
  return {{"id", UserDirectory::domain_id},
          {"name", UserDirectory::domain_name},
          {"description", "The default domain"},
          {"enabled", true},
          {"tags", Json::array()},
          {"options", Json::object()},
          {"links", {{"self", url + "/identity/v3/domains/" + std::string(UserDirectory::domain_id)}}}};
}

/// Of the things that can be told apart by name, those that the query asks for.
Json filtered(const Json& things, const httplib::Request& request) {
  Json kept = Json::array();
  for (const Json& thing : things) {
    bool is_wanted = true;
    for (const char* const key : {"name", "type", "service_id", "interface", "region_id", "domain_id"}) {
      if (!request.has_param(key) || !thing.contains(key)) continue;
      is_wanted = is_wanted && thing.at(key) == request.get_param_value(key);
    }
    if (is_wanted) kept.push_back(thing);
  }
  return kept;
}

Json list_json(const char* key, Json things, const std::string& url) {
  return {{key, std::move(things)},
          {"links", {{"next", nullptr}, {"self", fmt::format("{}/identity/v3/{}", url, key)}, {"previous", nullptr}}}};
}

Json services_json(const std::string& url) {
  Json services = Json::array();
  for (const Json& entry : KeystoneFront::catalog(url)) {
    services.push_back({{"id", entry.at("id")},
                        {"type", entry.at("type")},
                        {"name", entry.at("name")},
                        {"enabled", true},
                        {"description", ""},
                        {"links", {{"self", url + "/identity/v3/services/" + entry.at("id").get<std::string>()}}}});
  }
  return services;
}

Json endpoints_json(const std::string& url) {
  Json endpoints = Json::array();
  for (const Json& entry : KeystoneFront::catalog(url)) {
    for (Json endpoint : entry.at("endpoints")) {
      endpoint["service_id"] = entry.at("id");
      endpoint["enabled"] = true;
      endpoint["links"] = {{"self", url + "/identity/v3/endpoints/" + endpoint.at("id").get<std::string>()}};
      endpoints.push_back(std::move(endpoint));
    }
  }
  return endpoints;
}

/// One list: what Keystone calls it and one thing of it, who may read it, and what is in it.
struct List {
  const char* plural;
  const char* singular;
  bool is_for_admins;
  std::function<Json(const std::string& url)> things;
};

}  // namespace

Json KeystoneFront::projects_of_user(const std::string& user_id, const std::string& url) const {
  Json projects = Json::array();
  const User* const user = users_.user(user_id);
  for (const Project& project : users_.projects) {
    if (user != nullptr && user->roles.count(project.id) > 0) projects.push_back(project_json(project, url));
  }
  return projects;
}

void KeystoneFront::mount_lists(httplib::Server& server, const std::string& at) {
  const std::vector<List> lists{
      {"users", "user", true,
       [this](const std::string& url) {
         Json users = Json::array();
         for (const User& user : users_.users) users.push_back(user_json(user, url));
         return users;
       }},
      {"projects", "project", true,
       [this](const std::string& url) {
         Json projects = Json::array();
         for (const Project& project : users_.projects) projects.push_back(project_json(project, url));
         return projects;
       }},
      {"domains", "domain", true, [](const std::string& url) { return Json::array({domain_json(url)}); }},
      {"roles", "role", true,
       [this](const std::string&) {
         Json roles = Json::array();
         for (const std::string& role : users_.role_names()) {
           roles.push_back({{"id", role}, {"name", role}, {"domain_id", nullptr}});
         }
         return roles;
       }},
      {"regions", "region", false,
       [](const std::string&) {
         return Json::array({{{"id", "RegionOne"}, {"description", ""}, {"parent_region_id", nullptr}}});
       }},
      {"services", "service", true, services_json},
      {"endpoints", "endpoint", true, endpoints_json},
  };
  for (const List& list : lists) {
    server.Get(at + "/" + list.plural + "/?",
               [this, list](const httplib::Request& request, httplib::Response& response) {
                 keystone_handle(request, response, [&] {
                   const Token token = caller(request);
                   if (list.is_for_admins && !token.identity.is_admin()) {
                     throw KeystoneRefusal(403, fmt::format("You are not authorized to perform the requested action: "
                                                            "identity:list_{}.",
                                                            list.plural));
                   }
                   const std::string url = host_url(request);
                   answer_json(response, 200, list_json(list.plural, filtered(list.things(url), request), url));
                 });
               });
    server.Get(at + "/" + list.plural + "/([^/]+)",
               [this, list](const httplib::Request& request, httplib::Response& response) {
                 keystone_handle(request, response, [&] {
                   const Token token = caller(request);
                   const std::string id = request.matches[1];
                   const bool is_own = id == token.identity.user_id || id == token.identity.project_id;
                   if (list.is_for_admins && !is_own && !token.identity.is_admin()) {
                     throw KeystoneRefusal(
                         403, fmt::format("You are not authorized to perform the requested action: identity:get_{}.",
                                          list.singular));
                   }
                   for (const Json& thing : list.things(host_url(request))) {
                     if (thing.at("id") == id) return answer_json(response, 200, {{list.singular, thing}});
                   }
                   throw KeystoneRefusal(404, fmt::format("Could not find {}: {}.", list.singular, id));
                 });
               });
  }
  const auto own = [this](const httplib::Request& request, httplib::Response& response) {
    keystone_handle(request, response, [&] {
      const Token token = caller(request);
      const std::string id = request.matches.size() > 1 ? request.matches[1].str() : token.identity.user_id;
      if (id != token.identity.user_id && !token.identity.is_admin()) {
        throw KeystoneRefusal(403,
                              "You are not authorized to perform the requested action: identity:list_user_projects.");
      }
      const std::string url = host_url(request);
      answer_json(response, 200, list_json("projects", projects_of_user(id, url), url));
    });
  };
  server.Get(at + "/auth/projects/?", own);
  server.Get(at + "/users/([^/]+)/projects/?", own);
  server.Get(at + "/auth/domains/?", [this](const httplib::Request& request, httplib::Response& response) {
    keystone_handle(request, response, [&] {
      caller(request);
      answer_json(response, 200, list_json("domains", Json::array(), host_url(request)));
    });
  });
  server.Get(at + "/auth/catalog/?", [this](const httplib::Request& request, httplib::Response& response) {
    keystone_handle(request, response, [&] {
      const Token token = caller(request);
      if (token.identity.project_id.empty()) {
        throw KeystoneRefusal(403,
                              "You are not authorized to perform the requested action: identity:get_auth_catalog.");
      }
      const std::string url = host_url(request);
      answer_json(response, 200, list_json("catalog", catalog(url), url));
    });
  });
}

}  // namespace snapsim
