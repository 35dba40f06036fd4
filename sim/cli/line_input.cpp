#include "sim/cli/line_input.hpp"

#include <cerrno>
#include <poll.h>
#include <unistd.h>
#include <utility>

#include "real/child_process.hpp"

namespace snapsim {

std::optional<std::string> LineInput::read_line() {
  // Nobody types more; what has no line ends is no input of ours.
  constexpr std::size_t line_bytes_max = 1 << 16;
  for (;;) {
    const std::size_t end = buffer_.find('\n');
    if (end != std::string::npos) {
      std::string line = buffer_.substr(0, end);
      buffer_.erase(0, end + 1);
      return line;
    }
    if (has_ended_ || buffer_.size() > line_bytes_max) {
      if (buffer_.empty()) return std::nullopt;
      return std::exchange(buffer_, {});
    }
    if (interrupt_requested()) return std::nullopt;
    // Unlike read(), poll() is never begun again after a signal.
    pollfd input{STDIN_FILENO, POLLIN, 0};
    const int ready = ::poll(&input, 1, -1);
    if (ready < 0 && errno == EINTR) continue;
    char bytes[4096];
    const ssize_t count = ready < 0 ? -1 : ::read(STDIN_FILENO, bytes, sizeof bytes);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) {
      has_ended_ = true;
    } else {
      buffer_.append(bytes, static_cast<std::size_t>(count));
    }
  }
}

bool LineInput::is_terminal() {
  return isatty(STDIN_FILENO) == 1;
}

std::string without_outer_spaces(const std::string& line) {
  const std::size_t first = line.find_first_not_of(" \t\r");
  if (first == std::string::npos) return "";
  return line.substr(first, line.find_last_not_of(" \t\r") - first + 1);
}

}  // namespace snapsim
