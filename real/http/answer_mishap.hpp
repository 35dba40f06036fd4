#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace httplib {
struct Response;
}  // namespace httplib

namespace snapsim {

/// What goes wrong with an answer on its way to the client, to the byte.
struct AnswerMishap {
  std::optional<std::int64_t>
      reset_after_bytes;         ///< the connection is reset after so many bytes of it; 0: instead of it
  std::int64_t bytes_per_s = 0;  ///< how fast it comes; 0: as it is
  /// Whatever answer is made, this text is sent instead of it, and the connection closed.
  std::optional<std::string> instead;
  /// The answer is changed by this before it is sent; the length of its body must stay as it is.
  std::function<void(httplib::Response&)> change;
  bool changes_file = false;  ///< of a file that is sent, the first byte is another one
  /// When the answer is made, the server begins to refuse connections, for so long. It is one for all services.
  std::chrono::milliseconds refuse_for{0};
};

/// What goes wrong while the body of a request is on its way.
struct BodyMishap {
  std::int64_t after_bytes = 0;       ///< when so many bytes have come; of a shorter body all but its last byte
  std::chrono::milliseconds hold{0};  ///< nothing more is read for so long
  bool is_end = false;                ///< nor afterwards: to whoever reads the body, the client has vanished
  AnswerMishap answer;                ///< what happens to the answer then
};

/// It happens to the answer of the request that this thread works on, beside what was said of it before. On a thread
/// that works on none, nothing happens.
void spoil_answer(const AnswerMishap& mishap);
/// It happens to the body of the request that this thread works on. False: it has none, so nothing happens.
bool spoil_body(const BodyMishap& mishap);
/// The request that this thread works on waits for so long, less where the server stops.
void hold_request(std::chrono::milliseconds duration);

}  // namespace snapsim
