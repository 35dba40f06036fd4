#pragma once

#include "real/http/http_server.hpp"
#include "sim/serve/http_faults.hpp"
#include "sim/serve/request_tokens.hpp"

namespace snapsim {

/// The HTTP server with what all fronts of the served cloud have in common: every request passes the planned HTTP
/// faults on its way in, and what no front knows is answered in the words of the service that it was meant for.
class FrontServer {
 public:
  /// Services are told apart by the first segment of the path. `faults` and `tokens` must outlive the object.
  FrontServer(HttpServerOptions options, HttpFaults& faults, RequestTokens& tokens);

  /// For the fronts to mount themselves on, before start().
  HttpServer& http() { return http_; }
  const HttpServer& http() const { return http_; }
  /// Listens. Gives the port. Throws OutsideError where that fails, which says why.
  int start();

 private:
  bool meet_fault(const httplib::Request& request);

  HttpFaults& faults_;
  RequestTokens& tokens_;
  HttpServer http_;
};

}  // namespace snapsim
