#include <algorithm>
#include <array>
#include <utility>

#include "real/http/http_connection.hpp"

// The body of a request, of a known length or in chunks.

namespace snapsim {
namespace {

constexpr std::size_t chunk_line_max_bytes = 1024;
/// What is read of a body that nobody wanted, before the connection is given up.
constexpr std::uint64_t unwanted_body_max_bytes = 1024ull * 1024 * 1024;

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

void HttpConnection::give_back(std::string body) {
  given_back_ = std::move(body);
  given_back_read_ = 0;
}

bool HttpConnection::spoil_body(const BodyMishap& mishap) {
  const auto length = static_cast<std::int64_t>(head_.content_length.value_or(0));
  if (!head_.is_chunked && length == 0) return false;
  body_mishap_ = mishap;
  if (!head_.is_chunked) body_mishap_->after_bytes = std::min(mishap.after_bytes, length - 1);
  return true;
}

std::size_t HttpConnection::next_of_body(std::size_t wanted) {
  if (body_mishap_->after_bytes > 0) {
    return std::min(wanted, static_cast<std::size_t>(body_mishap_->after_bytes));
  }
  // Of an end this is told once, and nothing is read ever after.
  pause(std::exchange(body_mishap_->hold, {}));
  spoil(std::exchange(body_mishap_->answer, {}));
  if (body_mishap_->is_end) return 0;
  body_mishap_.reset();
  return wanted;
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
    if (*size == 0) {
      // What was to happen later in the body happens at its end.
      if (body_mishap_) body_mishap_->after_bytes = 0;
      if (body_mishap_ && next_of_body(1) == 0) return BodyEnd::disconnected;
      break;
    }
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

bool HttpConnection::discard_body() {
  DiscardingSink sink;
  return stream(sink) == BodyEnd::complete;
}

}  // namespace snapsim
