#pragma once

#include <string>

#include "fake_glance/http/images_api.hpp"

namespace snapsim {

class HttpServer;

/// The Images API on an HTTP server.
class GlanceFront {
 public:
  /// The first two are not owned.
  GlanceFront(ImageService& service, TokenValidator& tokens, ImagesApiOptions options = {})
      : api_(service, tokens, std::move(options)) {}

  /// From now on the server answers what lies below `prefix` ("", or "/image"). The front must outlive the server's
  /// run.
  void mount(HttpServer& server, const std::string& prefix);
  /// What it answers, for a service of the same process that is its client.
  ImagesApi& api() { return api_; }

 private:
  ImagesApi api_;
};

}  // namespace snapsim
