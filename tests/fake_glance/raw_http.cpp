#include "tests/fake_glance/raw_http.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cctype>
#include <netinet/in.h>
#include <stdexcept>
#include <sys/socket.h>

namespace snapsim::testing {
namespace {

std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); });
  return text;
}

}  // namespace

std::string RawResponse::header(const std::string& lower_case_name) const {
  const auto found = headers.find(lower_case_name);
  return found == headers.end() ? "" : found->second;
}

RawConnection::RawConnection(int port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  timeval patience{10, 0};
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
  if (::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    throw std::runtime_error("cannot connect to port " + std::to_string(port));
  }
}

bool RawConnection::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

bool RawConnection::fill() {
  char buffer[16 * 1024];
  const ssize_t count = ::recv(socket_.get(), buffer, sizeof(buffer), 0);
  if (count > 0) input_.append(buffer, static_cast<std::size_t>(count));
  return count > 0;
}

RawResponse RawConnection::receive(bool is_head) {
  RawResponse response;
  std::size_t end = std::string::npos;
  while ((end = input_.find("\r\n\r\n")) == std::string::npos) {
    if (!fill()) return response;
  }
  const std::string head = input_.substr(0, end + 2);
  input_.erase(0, end + 4);
  const int status = std::atoi(head.c_str() + std::min(head.find(' '), head.size() - 1));
  for (std::size_t at = head.find("\r\n") + 2; at < head.size();) {
    const std::size_t line_end = head.find("\r\n", at);
    const std::size_t colon = head.find(':', at);
    response.headers[lower_case(head.substr(at, colon - at))] = head.substr(colon + 2, line_end - colon - 2);
    at = line_end + 2;
  }
  if (status == 100) return receive(is_head);
  const std::size_t length =
      is_head ? 0 : static_cast<std::size_t>(std::atoll(response.header("content-length").c_str()));
  while (input_.size() < length) {
    if (!fill()) return response;
  }
  response.body = input_.substr(0, length);
  input_.erase(0, length);
  response.status = status;
  return response;
}

void RawConnection::end_sending() {
  ::shutdown(socket_.get(), SHUT_WR);
}

bool RawConnection::is_closed_by_server() {
  char byte = 0;
  return ::recv(socket_.get(), &byte, 1, 0) == 0;
}

std::string request_text(const std::string& method, const std::string& target, const RawHeaders& headers,
                         const std::string& body) {
  std::string text = method + " " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\n";
  bool has_length = false;
  for (const auto& [name, value] : headers) {
    text += name + ": " + value + "\r\n";
    has_length = has_length || name == "Content-Length" || name == "Transfer-Encoding";
  }
  if (!has_length && !body.empty()) text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  return text + "\r\n" + body;
}

RawResponse raw_exchange(int port, const std::string& method, const std::string& target, const RawHeaders& headers,
                         const std::string& body) {
  RawConnection connection(port);
  connection.send(request_text(method, target, headers, body));
  return connection.receive(method == "HEAD");
}

}  // namespace snapsim::testing
