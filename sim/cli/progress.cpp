#include "sim/cli/progress.hpp"

#include <cstdio>
#include <unistd.h>

namespace snapsim {

Progress::Progress(std::size_t total, const char* unit)
    : total_(total), unit_(unit), is_wanted_(total > 1 && isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
  if (is_shown_) std::fputs("\r\x1b[K", stderr);
}

void Progress::some_done(std::size_t count) {
  const std::scoped_lock lock(mutex_);
  done_ += count;
  const Clock::time_point now = Clock::now();
  if (!is_wanted_ || now < next_) return;
  next_ = now + std::chrono::milliseconds(100);
  is_shown_ = true;
  const double seconds = std::chrono::duration<double>(now - begun_).count();
  const double rate = static_cast<double>(done_) / seconds;
  std::fprintf(stderr, "\r%zu/%zu %s, %.1f a second, %.0f s left\x1b[K", done_, total_, unit_, rate,
               static_cast<double>(total_ - done_) / rate);
}

}  // namespace snapsim
