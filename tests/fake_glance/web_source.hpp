#pragma once

#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "real/unique_fd.hpp"

namespace snapsim::testing {

/// A web server on the loopback address that says what it is told to, well-formed or not.
class WebSource {
 public:
  WebSource();
  ~WebSource();
  WebSource(const WebSource&) = delete;
  WebSource& operator=(const WebSource&) = delete;

  int port() const { return port_; }
  std::string url(const std::string& path) const;
  /// A GET of that path is answered with these bytes; then the connection ends or, if it is to be held, stays open
  /// without another word.
  void serve(const std::string& path, std::string answer, bool is_held = false);
  /// The same with a 200, a Content-Length and that body.
  void serve_body(const std::string& path, const std::string& body);
  /// The heads of all requests so far.
  std::vector<std::string> heads() const;

 private:
  struct Answer {
    std::string bytes;
    bool is_held = false;
  };

  void listen();
  void answer(const UniqueFd& connection);

  UniqueFd listener_;
  int port_ = 0;
  mutable std::mutex mutex_;
  std::map<std::string, Answer> answers_;
  std::vector<std::string> heads_;
  std::vector<UniqueFd> connections_;
  bool is_ending_ = false;
  std::thread thread_;
  std::vector<std::thread> workers_;
};

}  // namespace snapsim::testing
