#pragma once

#include <string>

#include "sim/serve/http_answer.hpp"
#include "sim/serve/tokens.hpp"
#include "sim/serve/users.hpp"

namespace httplib {
class Server;
}

namespace snapsim {

/// Keystone's v3 API as far as clients of compute and image services need it: tokens, the catalog, and its lists to
/// read. It guards nothing: passwords stand in a file and in the program's text.
class KeystoneFront {
 public:
  /// References must outlive the object.
  KeystoneFront(const UserDirectory& users, TokenStore& tokens) : users_(users), tokens_(tokens) {}

  /// All routes, below `prefix` ("/identity").
  void mount(httplib::Server& server, const std::string& prefix);

  /// The service catalog; URLs begin with `url`, the host that the client used.
  static Json catalog(const std::string& url);

 private:
  /// Who has proved by what to be whom.
  struct Authenticated {
    const User* user = nullptr;
    std::vector<std::string> methods;
    const ApplicationCredential* credential = nullptr;
    std::optional<Token> token;  ///< that was used for it
  };

  void mount_tokens(httplib::Server& server, const std::string& at);
  void mount_lists(httplib::Server& server, const std::string& at);
  void issue_token(const httplib::Request& request, httplib::Response& response);
  void show_token(const httplib::Request& request, httplib::Response& response);
  void revoke_token(const httplib::Request& request, httplib::Response& response);
  Authenticated authenticate(const Json& identity) const;
  const User& user_by_password(const Json& identity) const;
  const ApplicationCredential& credential_of(const Json& wanted) const;
  const User* named_user(const Json& user) const;
  const Project* wanted_project(const Json& scope, const Authenticated& who) const;
  Json token_json(const Token& token, const std::string& url, bool has_catalog) const;
  Token caller(const httplib::Request& request) const;
  Token subject(const httplib::Request& request, const Token& caller) const;
  Json projects_of_user(const std::string& user_id, const std::string& url) const;

  const UserDirectory& users_;
  TokenStore& tokens_;
};

}  // namespace snapsim
