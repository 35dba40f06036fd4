#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace snapsim {

/// The lines of one log, one after the other: a plain file, one compressed by gzip, or standard input ("-"). Holds one
/// buffer, whatever the size of the log.
class LogSource {
 public:
  /// What is kept of one line, in bytes; the rest of a longer one is skipped.
  static constexpr std::size_t line_bytes_max = 64 * 1024;

  explicit LogSource(std::string path);
  ~LogSource();
  LogSource(const LogSource&) = delete;
  LogSource& operator=(const LogSource&) = delete;

  /// Why the log cannot be read, in words with its name; empty: it can.
  const std::string& failure() const { return failure_; }
  /// The next line without its end; none at the end of the log. Valid until the next call.
  std::optional<std::string_view> next_line();
  /// What was wrong with the log on the way, in words (a damaged archive: what came before was read); empty: nothing.
  const std::string& damage() const { return damage_; }
  /// The number of the line that was read last; counts from 1.
  std::uint64_t line() const { return line_; }
  /// Bytes read, after decompression.
  std::uint64_t bytes() const { return bytes_; }

 private:
  struct Stream;

  bool fill();
  void skip_rest_of_line();

  std::string path_;
  std::string failure_;
  std::string damage_;
  std::unique_ptr<Stream> stream_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;  ///< of what is not yet given out
  std::size_t end_ = 0;
  bool at_end_ = false;
  std::uint64_t line_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace snapsim
