#include "real/http/http_connection.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <utility>

#include "real/http/http_status.hpp"

namespace snapsim {
namespace {

/// How long a client may still send after the last response, and be silent meanwhile.
constexpr auto linger_max = std::chrono::seconds(2);
constexpr auto linger_silence = std::chrono::milliseconds(500);

void set_timeout(int socket, int option, std::chrono::milliseconds timeout) {
  timeval value{};
  value.tv_sec = timeout.count() / 1000;
  value.tv_usec = static_cast<suseconds_t>(timeout.count() % 1000 * 1000);
  ::setsockopt(socket, SOL_SOCKET, option, &value, sizeof(value));
}

void describe_address(const sockaddr_storage& address, std::string& ip, int& port) {
  char text[INET6_ADDRSTRLEN] = "";
  if (address.ss_family == AF_INET) {
    sockaddr_in ipv4{};
    std::memcpy(&ipv4, &address, sizeof(ipv4));
    ::inet_ntop(AF_INET, &ipv4.sin_addr, text, sizeof(text));
    port = ntohs(ipv4.sin_port);
  } else if (address.ss_family == AF_INET6) {
    sockaddr_in6 ipv6{};
    std::memcpy(&ipv6, &address, sizeof(ipv6));
    ::inet_ntop(AF_INET6, &ipv6.sin6_addr, text, sizeof(text));
    port = ntohs(ipv6.sin6_port);
  }
  ip = text;
}

}  // namespace

HttpConnection::HttpConnection(UniqueFd socket, std::chrono::milliseconds timeout) : socket_(std::move(socket)) {
  const int on = 1;
  ::setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  set_timeout(socket_.get(), SO_RCVTIMEO, timeout);
  set_timeout(socket_.get(), SO_SNDTIMEO, timeout);
}

HttpConnection*& HttpConnection::current() {
  thread_local HttpConnection* connection = nullptr;
  return connection;
}

HttpConnection::HeadState HttpConnection::read_head() {
  input_.erase(0, position_);
  position_ = 0;
  body_read_ = 0;
  is_body_over_ = false;
  complaint_.clear();
  file_ = {};
  given_back_ = {};
  given_back_read_ = 0;
  mishap_ = {};
  body_mishap_.reset();
  while (true) {
    // An empty line before a request is skipped, as RFC 9112 asks.
    while (input_.starts_with("\r\n")) input_.erase(0, 2);
    const auto end = head_end(std::string_view(input_).substr(0, head_max_bytes));
    if (end) {
      head_ = inspected_head(std::string_view(input_).substr(0, *end));
      head_left_ = *end + mark_ranges(input_, *end);
      return HeadState::complete;
    }
    if (input_.size() >= head_max_bytes) return HeadState::too_large;
    // Received elsewhere first, so that a connection that waits holds no more than what has come.
    thread_local std::array<char, input_chunk_bytes> received;
    const ssize_t count = ::recv(socket_.get(), received.data(), received.size(), MSG_DONTWAIT);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
      if (input_.empty()) std::string().swap(input_);
      return HeadState::partial;
    }
    if (count > 0) input_.append(received.data(), static_cast<std::size_t>(count));
    if (count <= 0) return HeadState::closed;
  }
}

void HttpConnection::refuse(int status, const std::string& reason) {
  const std::string title = std::to_string(status) + " " + std::string(status_title(status));
  const std::string body = title + "\n\n" + reason + "\n\n   ";
  output_ += "HTTP/1.1 " + title +
             "\r\nContent-Type: text/plain; charset=UTF-8\r\nContent-Length: " + std::to_string(body.size()) +
             "\r\nConnection: close\r\n\r\n" + body;
  flush();
  linger();
}

void HttpConnection::linger() {
  ::shutdown(socket_.get(), SHUT_WR);
  set_timeout(socket_.get(), SO_RCVTIMEO, linger_silence);
  const auto end = std::chrono::steady_clock::now() + linger_max;
  std::array<char, input_chunk_bytes> ignored;
  while (::recv(socket_.get(), ignored.data(), ignored.size(), 0) > 0 && std::chrono::steady_clock::now() < end) {
    continue;
  }
}

bool HttpConnection::finish_response() {
  if (mishap_.instead) {
    const std::string text = *std::exchange(mishap_.instead, std::nullopt);
    send_all(text.data(), text.size());
    if (mishap_.reset_after_bytes) {
      reset();
    } else {
      linger();
    }
    return false;
  }
  const bool is_sent = flush();
  if (mishap_.reset_after_bytes) reset();
  if (!is_sent || is_broken_) return false;
  const bool is_half_read = head_.is_chunked && body_read_ > 0 && !is_body_over_;
  const bool has_rest = head_.is_chunked ? !is_body_over_ : body_read_ < head_.content_length.value_or(0);
  if (!head_.keeps_alive || is_half_read) {
    if (has_rest) linger();
    return false;
  }
  return !has_rest || discard_body();
}

ssize_t HttpConnection::receive(char* bytes, std::size_t size) {
  if (!flush()) return -1;
  while (true) {
    const ssize_t count = ::recv(socket_.get(), bytes, size, 0);
    if (count >= 0 || errno != EINTR) return count;
  }
}

ssize_t HttpConnection::read(char* bytes, size_t size) {
  if (head_left_ == 0 && given_back_read_ < given_back_.size()) {
    const std::size_t again = std::min(size, given_back_.size() - given_back_read_);
    std::memcpy(bytes, given_back_.data() + given_back_read_, again);
    given_back_read_ += again;
    return static_cast<ssize_t>(again);
  }
  const bool is_head = head_left_ > 0;
  if (!is_head && body_mishap_) {
    size = next_of_body(size);
    if (size == 0) return -1;
  }
  const std::size_t here = is_head ? head_left_ : input_.size() - position_;
  ssize_t count = 0;
  if (here > 0) {
    count = static_cast<ssize_t>(std::min(here, size));
    std::memcpy(bytes, input_.data() + position_, static_cast<std::size_t>(count));
    position_ += static_cast<std::size_t>(count);
    if (is_head) head_left_ -= static_cast<std::size_t>(count);
  } else {
    count = receive(bytes, size);
  }
  if (count <= 0) is_broken_ = true;
  if (is_head || count <= 0) return count;
  body_read_ += static_cast<std::uint64_t>(count);
  if (body_mishap_) body_mishap_->after_bytes -= count;
  return count;
}

void HttpConnection::get_remote_ip_and_port(std::string& ip, int& port) const {
  sockaddr_storage address{};
  socklen_t length = sizeof(address);
  if (::getpeername(socket_.get(), reinterpret_cast<sockaddr*>(&address), &length) == 0) {
    describe_address(address, ip, port);
  }
}

void HttpConnection::get_local_ip_and_port(std::string& ip, int& port) const {
  sockaddr_storage address{};
  socklen_t length = sizeof(address);
  if (::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address), &length) == 0) {
    describe_address(address, ip, port);
  }
}

}  // namespace snapsim
