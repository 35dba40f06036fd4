#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <sys/socket.h>

#include "real/unique_fd.hpp"

namespace snapsim {

/// The socket at which clients arrive. For a while it may refuse them; its port is kept meanwhile. Used by one thread
/// at a time. This header is for the files of the server alone.
class HttpListener {
 public:
  using Clock = std::chrono::steady_clock;

  /// Binds and listens; port 0 is any that is free. Throws std::system_error.
  void open(const std::string& address, int port);
  void close() { socket_.reset(); }
  /// The port that open() has bound.
  int port() const { return port_; }
  int descriptor() const { return socket_.get(); }

  /// Whoever connects before that time is refused, and who has not been accepted yet is reset. Of several such times
  /// the latest counts.
  void refuse_until(Clock::time_point time);
  /// When it is to listen again; none: it does.
  std::optional<Clock::time_point> reopening() const { return reopening_; }
  /// Listens again, with another descriptor, where it is time. True: it has begun to. Where another process has taken
  /// the port, it is to be tried again a little later.
  bool reopen(Clock::time_point now);

 private:
  /// Bound to the address and not listening: connections are refused, and nobody is given the port. Nothing where the
  /// system refuses.
  UniqueFd bound_socket() const;

  UniqueFd socket_;
  sockaddr_storage address_{};
  socklen_t address_size_ = 0;
  int port_ = 0;
  std::optional<Clock::time_point> reopening_;
};

}  // namespace snapsim
