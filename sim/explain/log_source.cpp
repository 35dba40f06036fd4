#include "sim/explain/log_source.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>
#include <zlib.h>

namespace snapsim {

/// zlib's reader, which passes on what is not compressed as it is.
struct LogSource::Stream {
  gzFile file = nullptr;
  ~Stream() {
    if (file != nullptr) gzclose(file);
  }
};

namespace {

constexpr std::size_t buffer_bytes = 1024 * 1024;
constexpr unsigned zlib_bytes = 256 * 1024;

}  // namespace

LogSource::LogSource(std::string path) : path_(std::move(path)), stream_(std::make_unique<Stream>()) {
  if (path_ == "-") {
    stream_->file = gzdopen(dup(STDIN_FILENO), "rb");
  } else {
    struct stat status {};
    if (stat(path_.c_str(), &status) != 0) {
      failure_ = path_ + ": cannot be read: " + std::strerror(errno);
      return;
    }
    if (S_ISDIR(status.st_mode)) {
      failure_ = path_ + ": is a folder; name the log files in it, as " + path_ + (path_.ends_with('/') ? "*" : "/*");
      return;
    }
    stream_->file = gzopen(path_.c_str(), "rb");
  }
  if (stream_->file == nullptr) {
    failure_ = path_ + ": cannot be read: " + std::strerror(errno == 0 ? EIO : errno);
    return;
  }
  gzbuffer(stream_->file, zlib_bytes);
  buffer_.resize(buffer_bytes);
}

LogSource::~LogSource() = default;

bool LogSource::fill() {
  if (at_end_ || stream_->file == nullptr) return false;
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ == buffer_.size()) return false;
  const int got = gzread(stream_->file, buffer_.data() + end_, static_cast<unsigned>(buffer_.size() - end_));
  if (got <= 0) {
    at_end_ = true;
    int code = Z_OK;
    const char* const text = gzerror(stream_->file, &code);
    const std::string_view reason = text == nullptr ? std::string_view() : text;
    if (code == Z_ERRNO) {
      damage_ = path_ + ": reading ended early: " + std::strerror(errno);
    } else if (code != Z_OK && code != Z_STREAM_END) {
      damage_ = path_ + ": the compressed file is cut or damaged (" +  // zlib puts the file's name before it.
                std::string(reason.substr(reason.rfind(": ") == std::string_view::npos ? 0 : reason.rfind(": ") + 2)) +
                "); what stands before the damage was read";
    }
    return false;
  }
  bytes_ += static_cast<std::uint64_t>(got);
  end_ += static_cast<std::size_t>(got);
  return true;
}

void LogSource::skip_rest_of_line() {
  for (;;) {
    const void* const found = end_ == begin_ ? nullptr : std::memchr(buffer_.data() + begin_, '\n', end_ - begin_);
    if (found != nullptr) {
      begin_ = static_cast<std::size_t>(static_cast<const char*>(found) - buffer_.data()) + 1;
      return;
    }
    begin_ = end_ = 0;
    if (!fill()) return;
  }
}

std::optional<std::string_view> LogSource::next_line() {
  if (!failure_.empty()) return std::nullopt;
  std::size_t searched = 0;
  for (;;) {
    const char* const start = buffer_.data() + begin_;
    const std::size_t held = end_ - begin_;
    const void* const found = held == searched ? nullptr : std::memchr(start + searched, '\n', held - searched);
    if (found != nullptr) {
      const auto length = static_cast<std::size_t>(static_cast<const char*>(found) - start);
      begin_ += length + 1;
      ++line_;
      return std::string_view(start, std::min(length, line_bytes_max));
    }
    searched = held;
    if (fill()) continue;
    if (held == 0) return std::nullopt;
    ++line_;
    if (at_end_) {
      begin_ = end_;
      return std::string_view(start, std::min(held, line_bytes_max));
    }
    // A line longer than the buffer: its beginning is kept where the rest of it does not write.
    static thread_local std::string kept;
    kept.assign(buffer_.data() + begin_, line_bytes_max);
    skip_rest_of_line();
    return std::string_view(kept);
  }
}

}  // namespace snapsim
