#pragma once

#include <httplib.h>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "sim/serve/stack.hpp"

namespace snapsim::test {

/// An answer, its body parsed where it is JSON.
struct Answer {
  int status = 0;  ///< 0: none came
  Json body;
  std::string text;
  httplib::Headers headers;

  /// The value of a header, empty where there is none.
  std::string header(const std::string& name) const;
};

/// A client of the served cloud, with a token.
class ApiClient {
 public:
  ApiClient(int port, std::string token) : port_(port), token_(std::move(token)) {}

  /// "2.45" in OpenStack-API-Version; empty: no such header.
  ApiClient at(const std::string& version) const;
  Answer get(const std::string& path) const { return send("GET", path, ""); }
  Answer del(const std::string& path) const { return send("DELETE", path, ""); }
  Answer post(const std::string& path, const Json& body) const { return send("POST", path, body.dump()); }
  Answer put(const std::string& path, const Json& body) const { return send("PUT", path, body.dump()); }
  Answer patch(const std::string& path, const Json& body) const { return send("PATCH", path, body.dump()); }
  Answer send(const std::string& method, const std::string& path, const std::string& body,
              const httplib::Headers& more = {}) const;
  const std::string& token() const { return token_; }

  // The compute API.

  /// Id of a new server from the base image.
  std::string new_server(const std::string& name = "vm-1") const;
  Answer act(const std::string& server, const Json& action) const;
  Json server(const std::string& id) const;
  /// Waits until no task works on the server; gives its state.
  Json settled(const std::string& id) const;
  std::string base_image() const;

 private:
  int port_;
  std::string token_;
  std::string version_;
};

/// Everything served in this process, as fast as possible unless another speed is said.
class ServedCloud {
 public:
  explicit ServedCloud(StackOptions options = fast());
  static StackOptions fast();

  Stack& stack() { return stack_; }
  int port() const { return port_; }
  ApiClient anonymous() const { return {port_, ""}; }
  /// With a token for the project.
  ApiClient user(const std::string& name = "demo", const std::string& project = "demo") const;

 private:
  Stack stack_;
  int port_;
};

/// The body of a request for a token by password; with an empty project it is unscoped.
Json password_auth(const std::string& user, const std::string& password, const std::string& project);

/// The lines of the openstack client's output that hold something, without its prompts.
std::vector<std::string> printed_lines(const std::string& text);

}  // namespace snapsim::test
