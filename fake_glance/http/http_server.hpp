#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace httplib {
class Server;
}  // namespace httplib

namespace snapsim {

struct ApiRequest;
struct ApiResponse;

struct HttpServerOptions {
  std::string bind_address = "127.0.0.1";
  int port = 0;  ///< 0: any that is free
  /// How long a client may be silent in the middle of a request or response.
  std::chrono::milliseconds patience{60'000};
  /// How long a client may be silent between two requests.
  std::chrono::milliseconds idle_patience{900'000};
};

/// cpp-httplib's server with another transport below it: one thread watches all connections that wait for a request,
/// so that thousands of them cost a descriptor each; threads come and go as there are requests to work on. Fronts are
/// mounted on server() as on any other.
class HttpServer {
 public:
  explicit HttpServer(HttpServerOptions options = {});
  /// Stops it.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  httplib::Server& server();

  /// Binds, listens and serves from now on, in threads of its own. Throws std::system_error where it cannot bind.
  void start();
  /// Cuts all connections and returns when no request is worked on any more. Once is enough.
  void stop();
  /// The port that start() has bound.
  int port() const;
  /// How long it is since the last request began or ended; 0 while one is worked on.
  std::chrono::milliseconds idle_time() const;

  class Transport;

 private:
  std::unique_ptr<Transport> transport_;
};

/// Answers all requests whose path begins with `prefix`. On an HttpServer the body is read from the connection by the
/// handler itself and files are sent by the kernel; on another server cpp-httplib does both.
void mount_handler(httplib::Server& server, const std::string& prefix,
                   std::function<ApiResponse(const ApiRequest&)> handler);

}  // namespace snapsim
