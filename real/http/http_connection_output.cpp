#include <algorithm>
#include <cerrno>
#include <poll.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

#include <climits>

#include "real/http/http_connection.hpp"

// What a connection sends: its buffer, parts of files, and what goes wrong with them.

namespace snapsim {
namespace {

constexpr std::size_t output_max_bytes = 256 * 1024;
/// Memory that is kept for the next response.
constexpr std::size_t output_kept_bytes = 16 * 1024;
/// In how many pieces what is slowed down goes in a second.
constexpr std::int64_t slow_pieces_per_s = 10;

}  // namespace

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
  if (output_.capacity() > output_kept_bytes) std::string().swap(output_);
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

}  // namespace snapsim
