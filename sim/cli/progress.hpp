#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>

namespace snapsim {

/// A line on standard error that says how far long work has come: done/total, rate, time left. Shown on a terminal
/// only, from the second second on, and wiped in the end.
class Progress {
 public:
  /// `unit` is what is counted, in the plural; it must outlive this.
  explicit Progress(std::size_t total, const char* unit = "runs");
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();

  /// One more is done. May be called from several threads.
  void one_done() { some_done(1); }
  /// So many more are.
  void some_done(std::size_t count);

 private:
  using Clock = std::chrono::steady_clock;

  std::mutex mutex_;
  std::size_t total_;
  const char* unit_;
  std::size_t done_ = 0;
  bool is_wanted_;
  bool is_shown_ = false;
  Clock::time_point begun_ = Clock::now();
  Clock::time_point next_ = begun_ + std::chrono::seconds(1);
};

}  // namespace snapsim
