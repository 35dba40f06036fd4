#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "real/unique_fd.hpp"

namespace snapsim {

/// Takes the bytes of a request's body, in buffers that it lends itself, so that they need not be copied.
class BodySink {
 public:
  virtual ~BodySink() = default;
  /// Where the next bytes go; never empty. The same buffer until accept() is called.
  virtual std::span<std::byte> buffer() = 0;
  /// The first `count` bytes of the buffer are there. False: no more is wanted.
  virtual bool accept(std::size_t count) = 0;
};

/// Takes in a body that is to be in memory at once, and no longer than `bytes_max`.
class TextSink final : public BodySink {
 public:
  explicit TextSink(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  std::span<std::byte> buffer() override { return buffer_; }
  bool accept(std::size_t count) override {
    text.append(reinterpret_cast<const char*>(buffer_.data()), count);
    return text.size() <= bytes_max_;
  }

  std::string text;

 private:
  std::size_t bytes_max_;
  std::array<std::byte, 16 * 1024> buffer_;
};

/// How the reading of a body ended.
enum class BodyEnd : std::uint8_t {
  complete,      ///< all bytes came
  refused,       ///< the sink wanted no more
  disconnected,  ///< the client is gone, or was silent for too long
  malformed,     ///< a chunk that is none: see RequestBody::complaint
};

/// The body of a request, still on the wire. Read at most once.
class RequestBody {
 public:
  virtual ~RequestBody() = default;
  virtual BodyEnd stream(BodySink& sink) = 0;
  /// What was wrong with the body, for the answer.
  virtual std::string complaint() const = 0;
};

/// A run of bytes of an open file as a response's body.
struct FilePart {
  std::shared_ptr<UniqueFd> file;
  std::int64_t offset = 0;
  std::int64_t length = 0;
};

}  // namespace snapsim
