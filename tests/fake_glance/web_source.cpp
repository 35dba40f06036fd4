#include "tests/fake_glance/web_source.hpp"

#include <netinet/in.h>
#include <stdexcept>
#include <sys/socket.h>
#include <utility>

namespace snapsim::testing {

WebSource::WebSource() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof(address);
  auto* const given = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener_.get(), given, length) != 0 || ::listen(listener_.get(), 64) != 0 ||
      ::getsockname(listener_.get(), given, &length) != 0) {
    throw std::runtime_error("no port can be had");
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { listen(); });
}

WebSource::~WebSource() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    is_ending_ = true;
    ::shutdown(listener_.get(), SHUT_RDWR);
    for (const UniqueFd& connection : connections_) ::shutdown(connection.get(), SHUT_RDWR);
  }
  thread_.join();
  for (std::thread& worker : workers_) worker.join();
}

std::string WebSource::url(const std::string& path) const {
  return "http://127.0.0.1:" + std::to_string(port_) + path;
}

void WebSource::serve(const std::string& path, std::string answer, bool is_held) {
  const std::lock_guard<std::mutex> lock(mutex_);
  answers_[path] = {std::move(answer), is_held};
}

void WebSource::serve_body(const std::string& path, const std::string& body) {
  serve(path, "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
}

std::vector<std::string> WebSource::heads() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return heads_;
}

void WebSource::listen() {
  while (true) {
    const int accepted = ::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC);
    const std::lock_guard<std::mutex> lock(mutex_);
    if (accepted < 0 || is_ending_) {
      if (accepted >= 0) ::close(accepted);
      return;
    }
    connections_.emplace_back(::dup(accepted));
    workers_.emplace_back([this, accepted] { answer(UniqueFd(accepted)); });
  }
}

void WebSource::answer(const UniqueFd& connection) {
  std::string head;
  char buffer[4096];
  while (head.find("\r\n\r\n") == std::string::npos) {
    const ssize_t count = ::recv(connection.get(), buffer, sizeof(buffer), 0);
    if (count <= 0) return;
    head.append(buffer, static_cast<std::size_t>(count));
  }
  const std::size_t begin = head.find(' ') + 1;
  Answer wanted{"HTTP/1.1 404 Not Found\r\nContent-Length: 7\r\n\r\nnothing"};
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    heads_.push_back(head);
    const auto found = answers_.find(head.substr(begin, head.find(' ', begin) - begin));
    if (found != answers_.end()) wanted = found->second;
  }
  for (std::size_t sent = 0; sent < wanted.bytes.size();) {
    const ssize_t count =
        ::send(connection.get(), wanted.bytes.data() + sent, wanted.bytes.size() - sent, MSG_NOSIGNAL);
    if (count <= 0) return;
    sent += static_cast<std::size_t>(count);
  }
  if (wanted.is_held) ::recv(connection.get(), buffer, 1, 0);
  ::shutdown(connection.get(), SHUT_RDWR);  // it has two descriptors
}

}  // namespace snapsim::testing
