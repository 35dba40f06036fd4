#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "fake_glance/http/glance_front.hpp"
#include "real/private_folder.hpp"
#include "sim/serve/cloud.hpp"
#include "sim/serve/compute_front.hpp"
#include "sim/serve/control_front.hpp"
#include "sim/serve/front_server.hpp"
#include "sim/serve/http_faults.hpp"
#include "sim/serve/image_mirror.hpp"
#include "sim/serve/keystone_front.hpp"
#include "sim/serve/remote_keystone.hpp"
#include "sim/serve/request_tokens.hpp"
#include "sim/serve/tokens.hpp"
#include "sim/serve/users.hpp"

namespace snapsim {

/// What is served, and where.
struct StackOptions {
  std::string bind = "127.0.0.1";
  int port = 0;  ///< 0: any that is free
  CloudOptions cloud;
  UserDirectory users = default_users();
  std::string keystone_url;    ///< ends in /v3; empty: our own Keystone
  ImportFilter import_filter;  ///< what Glance's web-download may fetch
  std::chrono::seconds token_lifetime{3600};
  /// How long a client may be silent in the middle of a request or an answer.
  std::chrono::milliseconds patience{60'000};
};

/// A Glance with its own records and files, which HTTP and the mirror of the cloud's images use.
struct ServedGlance {
  ServedGlance();

  PrivateFolder folder;  ///< gone at the end
  ImageFolder files;
  Catalogue catalogue;
  Glance glance;
  ImageService service;
};

/// Everything that `snapsim serve` serves, put together: the simulated cloud, Keystone, Nova and Glance in front of it,
/// the planned faults and the page.
class Stack {
 public:
  explicit Stack(const StackOptions& options);
  Stack(const Stack&) = delete;
  Stack& operator=(const Stack&) = delete;

  Cloud& cloud() { return cloud_; }
  ImageDirectory& images() { return images_; }
  ControlFront& control() { return control_; }

  /// Listens. Gives the port. Throws OutsideError.
  int start();
  void stop();
  /// How long nobody has asked for anything.
  std::chrono::milliseconds idle() const { return server_.http().idle_time(); }

 private:
  StackOptions options_;
  ServedGlance glance_;  // comes first: its folder forks, which is best done before there are threads
  Cloud cloud_;
  HttpFaults http_faults_;
  TokenStore token_store_;
  std::unique_ptr<RemoteKeystone> remote_;
  RequestTokens validator_;
  ImageMirror images_;
  GlanceFront image_;
  KeystoneFront keystone_;
  ComputeFront compute_;
  ControlFront control_;
  FrontServer server_;  // goes first: its threads use all the others
};

}  // namespace snapsim
