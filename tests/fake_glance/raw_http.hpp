#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "real/unique_fd.hpp"

namespace snapsim::testing {

/// A response as it came over the wire. Header names are in lower case.
struct RawResponse {
  int status = 0;  ///< 0: none came
  std::map<std::string, std::string> headers;
  std::string body;

  std::string header(const std::string& lower_case_name) const;
};

using RawHeaders = std::vector<std::pair<std::string, std::string>>;

/// A client's connection that says what it is told to, well-formed or not.
class RawConnection {
 public:
  /// Connects to the loopback address. Throws std::runtime_error.
  explicit RawConnection(int port);

  /// False: the server has cut the connection.
  bool send(std::string_view bytes);
  /// Reads one response, of which nothing may be missing; `is_head`: it has no body whatever it says.
  RawResponse receive(bool is_head = false);
  /// Ends the connection with a reset if there is something unread, as a process that dies does.
  void close() { socket_.reset(); }
  /// No more will be sent.
  void end_sending();
  /// True if the server has closed the connection, within some seconds.
  bool is_closed_by_server();

 private:
  bool fill();

  UniqueFd socket_;
  std::string input_;
};

/// The text of a request. A Content-Length is added where there is a body and no header about it.
std::string request_text(const std::string& method, const std::string& target, const RawHeaders& headers,
                         const std::string& body);

/// One request over a connection of its own.
RawResponse raw_exchange(int port, const std::string& method, const std::string& target, const RawHeaders& headers = {},
                         const std::string& body = {});

}  // namespace snapsim::testing
