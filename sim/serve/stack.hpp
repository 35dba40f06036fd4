#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "sim/serve/cloud.hpp"
#include "sim/serve/compute_front.hpp"
#include "sim/serve/control_front.hpp"
#include "sim/serve/http_faults.hpp"
#include "sim/serve/http_server.hpp"
#include "sim/serve/image_directory.hpp"
#include "sim/serve/keystone_front.hpp"
#include "sim/serve/tokens.hpp"
#include "sim/serve/users.hpp"

namespace snapsim {

/// What is served, and where.
struct StackOptions {
  std::string bind = "127.0.0.1";
  int port = 0;  ///< 0: any that is free
  CloudOptions cloud;
  UserDirectory users = default_users();
  std::string keystone_url;  ///< ends in /v3; empty: our own Keystone
  std::chrono::seconds token_lifetime{3600};
};

/// Everything that `snapsim serve` serves, put together: the simulated cloud, Keystone and Nova in front of it, the
/// planned faults and the page.
class Stack {
 public:
  explicit Stack(const StackOptions& options);
  ~Stack();
  Stack(const Stack&) = delete;
  Stack& operator=(const Stack&) = delete;

  /// What more fronts (the one of Glance, under /image) have to know to be mounted, before start().
  httplib::Server& routes() { return server_->routes(); }
  TokenValidator& tokens() { return *validator_; }
  HttpFaults& http_faults() { return http_faults_; }
  Cloud& cloud() { return cloud_; }
  CloudImages& images() { return cloud_images_; }
  ControlFront& control() { return control_; }

  /// Listens. Gives the port. Throws OutsideError.
  int start();
  void stop() { server_->stop(); }
  /// How long nobody has asked for anything.
  std::chrono::steady_clock::duration idle() const { return server_->idle(); }

 private:
  StackOptions options_;
  Cloud cloud_;
  HttpFaults http_faults_;
  TokenStore token_store_;
  std::unique_ptr<TokenValidator> remote_;
  TokenValidator* validator_;
  CloudImages cloud_images_;
  KeystoneFront keystone_;
  ComputeFront compute_;
  ControlFront control_;
  std::unique_ptr<HttpServer> server_;  // goes first: its threads use all the others
};

}  // namespace snapsim
