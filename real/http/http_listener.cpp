#include "real/http/http_listener.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <netdb.h>
#include <system_error>

namespace snapsim {
namespace {

constexpr int backlog = 4096;
/// How soon it is tried again to listen, where another process has the port.
constexpr auto next_try = std::chrono::milliseconds(20);

}  // namespace

void HttpListener::open(const std::string& address, int port) {
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICSERV | AI_PASSIVE;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int failed = ::getaddrinfo(address.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (failed != 0) {
    throw std::system_error(std::make_error_code(std::errc::address_not_available),
                            "cannot listen on " + address + ": " + ::gai_strerror(failed));
  }
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found, ::freeaddrinfo);
  std::memcpy(&address_, found->ai_addr, found->ai_addrlen);
  address_size_ = found->ai_addrlen;
  socket_ = bound_socket();
  if (!socket_ || ::listen(socket_.get(), backlog) != 0) {
    throw std::system_error(errno, std::generic_category(), "cannot listen on " + address + ":" + std::to_string(port));
  }
  ::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address_), &address_size_);
  std::array<char, NI_MAXSERV> service{};
  ::getnameinfo(reinterpret_cast<sockaddr*>(&address_), address_size_, nullptr, 0, service.data(), service.size(),
                NI_NUMERICSERV);
  port_ = std::atoi(service.data());
}

UniqueFd HttpListener::bound_socket() const {
  UniqueFd socket(::socket(address_.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int on = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address_), address_size_) != 0) return UniqueFd();
  return socket;
}

void HttpListener::refuse_until(Clock::time_point time) {
  if (reopening_) {
    reopening_ = std::max(*reopening_, time);
    return;
  }
  // Shut down rather than only closed: a process that is just being started has the descriptor, too.
  ::shutdown(socket_.get(), SHUT_RDWR);
  socket_.reset();
  socket_ = bound_socket();
  reopening_ = time;
}

bool HttpListener::reopen(Clock::time_point now) {
  if (!reopening_ || now < *reopening_) return false;
  if (!socket_) socket_ = bound_socket();
  if (!socket_ || ::listen(socket_.get(), backlog) != 0) {
    reopening_ = now + next_try;
    return false;
  }
  reopening_.reset();
  return true;
}

}  // namespace snapsim
