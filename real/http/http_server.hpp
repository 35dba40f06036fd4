#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "real/http/http_body.hpp"

namespace httplib {
struct Request;
struct Response;
class Server;
}  // namespace httplib

namespace snapsim {

struct HttpServerOptions {
  std::string bind_address = "127.0.0.1";
  int port = 0;  ///< 0: any that is free
  /// How long a client may be silent in the middle of a request or response.
  std::chrono::milliseconds patience{60'000};
  /// How long a client may be silent between two requests.
  std::chrono::milliseconds idle_patience{900'000};
};

/// The one HTTP server of all fronts: cpp-httplib's, with another transport below it. One thread watches all
/// connections that wait for a request, so that thousands of them cost a descriptor each; threads come and go as there
/// are requests to work on. What is malformed, too large or too slow is refused before a front sees it.
class HttpServer {
 public:
  /// Asked before anything else, with the body still on the wire. True: the request has been answered.
  using RequestHook = std::function<bool(const httplib::Request&, httplib::Response&)>;
  /// Reads the body from the connection by itself.
  using FrontHandler = std::function<void(const httplib::Request&, httplib::Response&, RequestBody&)>;

  /// Answers a request whose body is too long; whether it came in chunks, which tell no length beforehand.
  using LongBodyHandler = std::function<void(const httplib::Request&, httplib::Response&, bool is_chunked)>;

  explicit HttpServer(HttpServerOptions options = {});
  /// Stops it.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// For routes of cpp-httplib's own kind, whose bodies are in memory.
  httplib::Server& routes();
  /// All requests whose path begins with `prefix` are the handler's, before any routes. Longer prefixes go first.
  void mount(std::string prefix, FrontHandler handler);
  void before_each_request(RequestHook hook);
  /// Bodies for routes below `prefix` are at most so many bytes (without it 1 MiB); longer ones `refuse` answers.
  void limit_bodies(std::string prefix, std::size_t bytes_max, LongBodyHandler refuse);

  /// Binds, listens and serves from now on, in threads of its own. Throws std::system_error where it cannot bind.
  void start();
  /// Called by stop() when it has cut the connections, to free the threads that wait for something else than clients.
  void when_cut(std::function<void()> hook);
  /// Requests that are being answered have a tenth of a second for it, then all connections are cut. Returns when no
  /// request is worked on any more. Once is enough.
  void stop();
  /// The port that start() has bound.
  int port() const;
  /// How long it is since the last request began or ended; 0 while one is worked on.
  std::chrono::milliseconds idle_time() const;

  class Transport;

 private:
  std::unique_ptr<Transport> transport_;
};

/// The response's body is that part of a file, which the kernel sends.
void answer_with_file(httplib::Response& response, const FilePart& part, const std::string& content_type);

/// Every connection is a descriptor: the process may open as many as the system lets it.
void raise_descriptor_limit();

}  // namespace snapsim
