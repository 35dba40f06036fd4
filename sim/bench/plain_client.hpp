#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "real/unique_fd.hpp"

namespace snapsim {

/// One connection to an HTTP server on this machine, kept alive. It does as little as a client can, so that what is
/// measured is the server. Every function throws std::runtime_error where the server does not answer in HTTP/1.1 with a
/// Content-Length.
class PlainClient {
 public:
  explicit PlainClient(int port);

  struct Answer {
    int status = 0;
    std::string body;  ///< empty after get_and_drop
    std::int64_t body_bytes = 0;
  };

  /// `headers`: lines that end in "\r\n".
  Answer ask(const std::string& method, const std::string& target, const std::string& headers = {},
             const std::string& body = {});
  /// PUT of `block`, again and again until `body_bytes` are sent.
  Answer put(const std::string& target, const std::string& headers, std::span<const std::byte> block,
             std::int64_t body_bytes);
  /// GET of something large: the body is received and forgotten.
  Answer get_and_drop(const std::string& target, const std::string& headers);

 private:
  void send(const char* bytes, std::size_t size);
  Answer receive(bool keeps_body);

  UniqueFd socket_;
  std::string received_;  ///< what has come and is not used yet
};

}  // namespace snapsim
