#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "fake_glance/identity.hpp"
#include "sim/serve/http_faults.hpp"

namespace httplib {
class Server;
}

namespace snapsim {

/// The one HTTP server that carries all fronts. Every request passes the planned HTTP faults on its way in.
class FrontServer {
 public:
  /// Services by the prefix under which they are mounted are told apart by their first path segment. `faults` and
  /// `tokens` must outlive the object; `tokens` is asked only where a fault is for one project alone.
  FrontServer(HttpFaults& faults, TokenValidator& tokens);
  ~FrontServer();
  FrontServer(const FrontServer&) = delete;
  FrontServer& operator=(const FrontServer&) = delete;

  /// For the fronts to mount themselves on, before start().
  httplib::Server& routes();
  /// Listens on `host`, at `port` or, where that is 0, at any. Gives the port. Throws OutsideError where that fails,
  /// which says why.
  int start(const std::string& host, int port);
  /// Takes no more requests, and waits for those under way.
  void stop();
  /// How long nobody has asked for anything.
  std::chrono::steady_clock::duration idle() const;

 private:
  class Library;

  HttpFaults& faults_;
  TokenValidator& tokens_;
  std::unique_ptr<Library> library_;
  std::thread thread_;
};

}  // namespace snapsim
