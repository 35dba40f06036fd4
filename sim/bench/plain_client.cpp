#include "sim/bench/plain_client.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <charconv>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdexcept>
#include <string_view>
#include <strings.h>
#include <sys/socket.h>

namespace snapsim {
namespace {

/// The value of a header of a whole head.
std::string_view header_of(std::string_view head, std::string_view name) {
  while (!head.empty()) {
    const std::size_t end = head.find("\r\n");
    const std::string_view line = head.substr(0, end);
    if (line.size() > name.size() && line[name.size()] == ':' &&
        ::strncasecmp(line.data(), name.data(), name.size()) == 0) {
      const std::size_t value = line.find_first_not_of(' ', name.size() + 1);
      return value == std::string_view::npos ? std::string_view() : line.substr(value);
    }
    head.remove_prefix(end == std::string_view::npos ? head.size() : end + 2);
  }
  return {};
}

template <class Number>
Number whole_number(std::string_view text) {
  Number number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

PlainClient::PlainClient(int port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    throw std::runtime_error("bench: nobody listens on port " + std::to_string(port));
  }
  const int on = 1;
  ::setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

void PlainClient::send(const char* bytes, std::size_t size) {
  while (size > 0) {
    const ssize_t count = ::send(socket_.get(), bytes, size, MSG_NOSIGNAL);
    if (count <= 0) throw std::runtime_error("bench: the server has closed the connection");
    bytes += count;
    size -= static_cast<std::size_t>(count);
  }
}

PlainClient::Answer PlainClient::receive(bool keeps_body) {
  std::array<char, 256 * 1024> buffer;
  const auto more = [&] {
    const ssize_t count = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
    if (count <= 0) throw std::runtime_error("bench: the server has closed the connection");
    return static_cast<std::size_t>(count);
  };
  std::size_t end = 0;
  while ((end = received_.find("\r\n\r\n")) == std::string::npos) received_.append(buffer.data(), more());
  const std::string head = received_.substr(0, end);
  received_.erase(0, end + 4);
  if (!head.starts_with("HTTP/1.1 ")) throw std::runtime_error("bench: this is not HTTP/1.1: " + head.substr(0, 80));

  Answer answer;
  answer.status = whole_number<int>(std::string_view(head).substr(9, 3));
  const std::string_view length = header_of(head, "Content-Length");
  if (length.empty() && answer.status != 204) throw std::runtime_error("bench: an answer without Content-Length");
  answer.body_bytes = whole_number<std::int64_t>(length);
  const auto wanted = static_cast<std::size_t>(answer.body_bytes);
  const std::size_t here = std::min(wanted, received_.size());
  if (keeps_body) answer.body = received_.substr(0, here);
  received_.erase(0, here);
  for (std::size_t got = here; got < wanted;) {
    const std::size_t count = more();
    if (count > wanted - got) throw std::runtime_error("bench: the answer is longer than its Content-Length");
    if (keeps_body) answer.body.append(buffer.data(), count);
    got += count;
  }
  return answer;
}

PlainClient::Answer PlainClient::ask(const std::string& method, const std::string& target, const std::string& headers,
                                     const std::string& body) {
  std::string request = method + " " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + headers;
  if (!body.empty()) request += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  request += "\r\n" + body;
  send(request.data(), request.size());
  return receive(true);
}

PlainClient::Answer PlainClient::put(const std::string& target, const std::string& headers,
                                     std::span<const std::byte> block, std::int64_t body_bytes) {
  const std::string head = "PUT " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + headers +
                           "Content-Length: " + std::to_string(body_bytes) + "\r\n\r\n";
  send(head.data(), head.size());
  for (std::int64_t left = body_bytes; left > 0;) {
    const std::size_t count = std::min(block.size(), static_cast<std::size_t>(left));
    send(reinterpret_cast<const char*>(block.data()), count);
    left -= static_cast<std::int64_t>(count);
  }
  return receive(true);
}

PlainClient::Answer PlainClient::get_and_drop(const std::string& target, const std::string& headers) {
  const std::string head = "GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + headers + "\r\n";
  send(head.data(), head.size());
  return receive(false);
}

}  // namespace snapsim
