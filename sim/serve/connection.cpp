#include "sim/serve/connection.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <chrono>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <thread>
#include <utility>

namespace snapsim {
namespace {

thread_local Connection* connection_of_thread = nullptr;

/// How long a client may be silent in the middle of a request, or not take what is sent.
constexpr int patience_ms = 30'000;

using AddressOf = int (*)(int, sockaddr*, socklen_t*);

void read_address(AddressOf address_of, int fd, std::string& ip, int& port) {
  sockaddr_storage storage{};
  socklen_t length = sizeof storage;
  auto* const address = reinterpret_cast<sockaddr*>(&storage);
  if (address_of(fd, address, &length) != 0) return;
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (storage.ss_family == AF_INET) {
    const auto* const ipv4 = reinterpret_cast<const sockaddr_in*>(&storage);
    ip = inet_ntop(AF_INET, &ipv4->sin_addr, text.data(), text.size());
    port = ntohs(ipv4->sin_port);
  } else if (storage.ss_family == AF_INET6) {
    const auto* const ipv6 = reinterpret_cast<const sockaddr_in6*>(&storage);
    ip = inet_ntop(AF_INET6, &ipv6->sin6_addr, text.data(), text.size());
    port = ntohs(ipv6->sin6_port);
  }
}

bool wait_for(int fd, short what, int timeout_ms) {
  pollfd wanted{fd, what, 0};
  return poll(&wanted, 1, timeout_ms) > 0;
}

}  // namespace

Connection::Connection(int fd, const std::atomic<bool>& is_stopping) : fd_(fd), is_stopping_(is_stopping) {}

Connection* Connection::current() {
  return connection_of_thread;
}

Connection::Use::Use(Connection& connection) {
  connection_of_thread = &connection;
}

Connection::Use::~Use() {
  connection_of_thread = nullptr;
}

void Connection::pause(std::chrono::milliseconds duration) const {
  const auto end = std::chrono::steady_clock::now() + duration;
  while (!is_stopping_ && std::chrono::steady_clock::now() < end) {
    const auto left = end - std::chrono::steady_clock::now();
    std::this_thread::sleep_for(std::min<std::chrono::steady_clock::duration>(left, std::chrono::milliseconds(20)));
  }
}

bool Connection::wait_readable(int timeout_ms) const {
  return wait_for(fd_, POLLIN, timeout_ms);
}

bool Connection::is_readable() const {
  return wait_for(fd_, POLLIN, patience_ms);
}

bool Connection::is_writable() const {
  return !is_reset_ && wait_for(fd_, POLLOUT, patience_ms);
}

ssize_t Connection::read(char* data, std::size_t size) {
  if (is_reset_ || !is_readable()) return -1;
  return recv(fd_, data, size, 0);
}

ssize_t Connection::write(const char* data, std::size_t size) {
  if (is_reset_) return -1;
  if (instead_) return static_cast<ssize_t>(size);  // nobody gets it
  if (!left_before_reset_) return bytes_per_s_ > 0 ? send_slowly(data, size) : send_all(data, size);
  const auto allowed = std::min<std::int64_t>(*left_before_reset_, static_cast<std::int64_t>(size));
  const ssize_t sent = send_all(data, static_cast<std::size_t>(allowed));
  if (sent > 0) *left_before_reset_ -= sent;
  if (*left_before_reset_ > 0) return sent;
  reset();
  return -1;
}

ssize_t Connection::send_all(const char* data, std::size_t size) {
  std::size_t sent = 0;
  while (sent < size) {
    if (!is_writable()) return -1;
    const ssize_t part = send(fd_, data + sent, size - sent, MSG_NOSIGNAL);
    if (part <= 0) return -1;
    sent += static_cast<std::size_t>(part);
  }
  return static_cast<ssize_t>(sent);
}

/// A tenth of a second's bytes each tenth of a second, or one byte at a time where that is less.
ssize_t Connection::send_slowly(const char* data, std::size_t size) {
  const auto piece = static_cast<std::size_t>(std::max<std::int64_t>(bytes_per_s_ / 10, 1));
  for (std::size_t sent = 0; sent < size;) {
    if (is_stopping_) return -1;
    const std::size_t part = std::min(piece, size - sent);
    if (send_all(data + sent, part) < 0) return -1;
    sent += part;
    std::this_thread::sleep_for(std::chrono::microseconds(1'000'000 * static_cast<std::int64_t>(part) / bytes_per_s_));
  }
  return static_cast<ssize_t>(size);
}

/// With a linger time of zero, closing the socket sends a reset.
void Connection::reset() {
  is_reset_ = true;
  const ::linger at_once{1, 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

/// What the client is still sending is taken in, because closing a socket with unread bytes would reset the connection
/// and could cost it the answer.
void Connection::linger() {
  shutdown(fd_, SHUT_WR);
  std::array<char, 16 * 1024> unread{};
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(2);
  while (std::chrono::steady_clock::now() < end && wait_readable(500)) {
    if (recv(fd_, unread.data(), unread.size(), 0) <= 0) break;
  }
}

bool Connection::end_request() {
  if (!instead_) {
    if (left_before_reset_ && !is_reset_) reset();
    bytes_per_s_ = 0;
    return !is_reset_;
  }
  const std::string text = *std::exchange(instead_, std::nullopt);
  write(text.data(), text.size());
  if (left_before_reset_ && !is_reset_) reset();
  if (!is_reset_) linger();
  return false;
}

void Connection::get_remote_ip_and_port(std::string& ip, int& port) const {
  read_address([](int fd, sockaddr* address, socklen_t* length) { return getpeername(fd, address, length); }, fd_, ip,
               port);
}

void Connection::get_local_ip_and_port(std::string& ip, int& port) const {
  read_address([](int fd, sockaddr* address, socklen_t* length) { return getsockname(fd, address, length); }, fd_, ip,
               port);
}

}  // namespace snapsim
