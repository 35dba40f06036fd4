#include "real/http/http_connection.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <utility>

#include <climits>

#include "real/http/http_status.hpp"

namespace snapsim {
namespace {

constexpr std::size_t input_chunk_bytes = 16 * 1024;
constexpr std::size_t output_max_bytes = 256 * 1024;
constexpr std::size_t chunk_line_max_bytes = 1024;
/// What is read of a body that nobody wanted, before the connection is given up.
constexpr std::uint64_t unwanted_body_max_bytes = 1024ull * 1024 * 1024;
/// How long a client may still send after the last response, and be silent meanwhile.
constexpr auto linger_max = std::chrono::seconds(2);
constexpr auto linger_silence = std::chrono::milliseconds(500);
/// In how many pieces what is slowed down goes in a second.
constexpr std::int64_t slow_pieces_per_s = 10;

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

/// Where the header's value begins, in a head; its end where it has no such header. `start` is "\r\nname:", in lower
/// case.
std::size_t find_header_value(const std::string& input, std::size_t head_bytes, std::string_view start) {
  const auto is_same = [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; };
  const auto end = input.begin() + static_cast<std::ptrdiff_t>(head_bytes);
  const auto found = std::search(input.begin(), end, start.begin(), start.end(), is_same);
  if (found == end) return head_bytes;
  return static_cast<std::size_t>(found - input.begin()) + start.size();
}

/// cpp-httplib answers a Range header by itself, and not as Glance does: it gets to see it under another name. It also
/// forgets headers without a value, of which those about ranges mean something: they get one that is no range. Returns
/// by how much that makes the head longer.
std::size_t mark_ranges(std::string& input, std::size_t head_bytes) {
  std::size_t longer = 0;
  for (const std::string_view name : {"\r\nrange:", "\r\ncontent-range:"}) {
    const std::size_t value = find_header_value(input, head_bytes + longer, name);
    if (value == head_bytes + longer) continue;
    if (input.find_first_not_of(" \t", value) == input.find("\r\n", value)) {
      input.insert(value, "none");
      longer += 4;
    }
    if (name.starts_with("\r\nr")) {
      input.insert(value - (name.size() - 2), "X-");
      longer += 2;
    }
  }
  return longer;
}

/// Takes a body in and forgets it.
class DiscardingSink final : public BodySink {
 public:
  std::span<std::byte> buffer() override { return buffer_; }
  bool accept(std::size_t count) override {
    bytes_ += count;
    return bytes_ < unwanted_body_max_bytes;
  }

 private:
  std::array<std::byte, 16 * 1024> buffer_;
  std::uint64_t bytes_ = 0;
};

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
  if (!head_.keeps_alive || is_half_read) {
    if (head_.is_chunked ? !is_body_over_ : body_read_ < head_.content_length.value_or(0)) linger();
    return false;
  }
  const bool has_rest = head_.is_chunked ? !is_body_over_ : body_read_ < head_.content_length.value_or(0);
  if (!has_rest) return true;
  DiscardingSink sink;
  return stream(sink) == BodyEnd::complete;
}

void HttpConnection::give_back(std::string body) {
  given_back_ = std::move(body);
  given_back_read_ = 0;
}

void HttpConnection::spoil(const AnswerMishap& mishap) {
  flush();  // what came before the response
  if (mishap.reset_after_bytes) mishap_.reset_after_bytes = mishap.reset_after_bytes;
  if (mishap.bytes_per_s > 0) mishap_.bytes_per_s = mishap.bytes_per_s;
  if (mishap.instead) mishap_.instead = mishap.instead;
  if (mishap.change) mishap_.change = mishap.change;
  if (mishap.changes_file) mishap_.changes_file = true;
  mishap_.refuse_for = std::max(mishap_.refuse_for, mishap.refuse_for);
}

void HttpConnection::change(httplib::Response& response) const {
  if (mishap_.change) mishap_.change(response);
}

void HttpConnection::pause(std::chrono::milliseconds duration) const {
  // Nothing is asked for, so that poll(2) tells only of a connection that is cut in both directions.
  pollfd descriptor{socket_.get(), 0, 0};
  ::poll(&descriptor, 1, static_cast<int>(std::min<std::int64_t>(duration.count(), INT_MAX)));
}

void HttpConnection::reset() {
  is_broken_ = true;
  const ::linger at_once{1, 0};
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
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
  if (!is_head && count > 0) body_read_ += static_cast<std::uint64_t>(count);
  return count;
}

ssize_t HttpConnection::write(const char* bytes, size_t size) {
  if (mishap_.instead) return static_cast<ssize_t>(size);  // nobody gets it
  if (file_.length > 0 && !flush()) return -1;
  if (file_.length > 0) return std::exchange(mishap_.changes_file, false) ? send_other_byte() : send_file(size);
  if (output_.size() + size <= output_max_bytes) {
    output_.append(bytes, size);
    return static_cast<ssize_t>(size);
  }
  if (!flush()) return -1;
  return send_all(bytes, size);
}

bool HttpConnection::flush() {
  if (output_.empty()) return !is_broken_;
  const ssize_t sent = send_all(output_.data(), output_.size());
  output_.clear();
  if (output_.capacity() > input_chunk_bytes) std::string().swap(output_);
  return sent >= 0;
}

std::size_t HttpConnection::next_piece(std::size_t wanted) {
  if (mishap_.reset_after_bytes) wanted = std::min(wanted, static_cast<std::size_t>(*mishap_.reset_after_bytes));
  if (mishap_.bytes_per_s > 0) {
    const std::int64_t piece = std::max<std::int64_t>(mishap_.bytes_per_s / slow_pieces_per_s, 1);
    wanted = std::min(wanted, static_cast<std::size_t>(piece));
  }
  return wanted;
}

void HttpConnection::piece_is_sent(std::size_t size) {
  if (mishap_.reset_after_bytes) *mishap_.reset_after_bytes -= static_cast<std::int64_t>(size);
  if (mishap_.bytes_per_s > 0) {
    pause(std::chrono::milliseconds(1000 * static_cast<std::int64_t>(size) / mishap_.bytes_per_s));
  }
}

ssize_t HttpConnection::send_all(const char* bytes, std::size_t size) {
  for (std::size_t sent = 0; sent < size;) {
    const std::size_t piece = next_piece(size - sent);
    const ssize_t count = piece > 0 ? ::send(socket_.get(), bytes + sent, piece, MSG_NOSIGNAL) : 0;
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) {
      is_broken_ = true;
      return -1;
    }
    sent += static_cast<std::size_t>(count);
    piece_is_sent(static_cast<std::size_t>(count));
  }
  return static_cast<ssize_t>(size);
}

ssize_t HttpConnection::send_other_byte() {
  char byte = 0;
  if (::pread(file_.file->get(), &byte, 1, file_.offset) != 1) {
    is_broken_ = true;
    return -1;
  }
  byte = static_cast<char>(byte ^ 1);
  ++file_.offset;
  --file_.length;
  return send_all(&byte, 1);
}

ssize_t HttpConnection::send_file(std::size_t size) {
  off_t offset = file_.offset;
  const std::size_t wanted = next_piece(std::min(size, static_cast<std::size_t>(file_.length)));
  ssize_t count = 0;
  do {
    count = wanted > 0 ? ::sendfile(socket_.get(), file_.file->get(), &offset, wanted) : 0;
  } while (count < 0 && errno == EINTR);
  if (count <= 0) {
    is_broken_ = true;
    return -1;
  }
  file_.offset += count;
  file_.length -= count;
  piece_is_sent(static_cast<std::size_t>(count));
  return count;
}

std::string HttpConnection::read_line(std::size_t max) {
  std::string line;
  while (line.size() < max) {
    if (position_ == input_.size()) {
      input_.resize(input_chunk_bytes);
      position_ = 0;
      const ssize_t count = receive(input_.data(), input_chunk_bytes);
      input_.resize(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
      if (count <= 0) return "";
    }
    const char c = input_[position_++];
    ++body_read_;
    line += c;
    if (c == '\n') break;
  }
  return line;
}

BodyEnd HttpConnection::malformed(std::string complaint) {
  complaint_ = std::move(complaint);
  is_broken_ = false;
  head_.keeps_alive = false;
  return BodyEnd::malformed;
}

BodyEnd HttpConnection::stream(BodySink& sink) {
  if (head_.is_chunked) return stream_chunks(sink);
  const std::uint64_t length = head_.content_length.value_or(0);
  return stream_length(sink, length - std::min(length, body_read_));
}

BodyEnd HttpConnection::stream_length(BodySink& sink, std::uint64_t length) {
  while (length > 0) {
    const std::span<std::byte> room = sink.buffer();
    const std::size_t wanted = static_cast<std::size_t>(std::min<std::uint64_t>(room.size(), length));
    const ssize_t count = read(reinterpret_cast<char*>(room.data()), wanted);
    if (count <= 0) return BodyEnd::disconnected;
    length -= static_cast<std::uint64_t>(count);
    if (!sink.accept(static_cast<std::size_t>(count))) return BodyEnd::refused;
  }
  return BodyEnd::complete;
}

/// eventlet/wsgi.py, Input._chunked_read.
BodyEnd HttpConnection::stream_chunks(BodySink& sink) {
  while (true) {
    const std::string line = read_line(chunk_line_max_bytes);
    if (line.empty()) return BodyEnd::disconnected;
    const std::optional<std::uint64_t> size = line.ends_with('\n') ? parsed_chunk_size(line) : std::nullopt;
    if (!size) {
      return malformed("invalid literal for int() with base 16: " + python_bytes_repr(line.substr(0, line.find(';'))));
    }
    if (*size == 0) break;
    const BodyEnd end = stream_length(sink, *size);
    if (end != BodyEnd::complete) return end;
    const std::string mark = read_line(2);
    if (mark.empty()) return BodyEnd::disconnected;
    if (mark != "\r\n") return malformed("a chunk is longer than its size says");
  }
  for (int trailers = 0; trailers < 64; ++trailers) {
    const std::string line = read_line(header_line_max_bytes);
    if (line.empty()) return BodyEnd::disconnected;
    if (line == "\r\n" || line == "\n") {
      is_body_over_ = true;
      return BodyEnd::complete;
    }
  }
  return malformed("there are too many trailers");
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
