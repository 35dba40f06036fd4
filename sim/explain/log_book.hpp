#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sim/explain/event.hpp"
#include "sim/explain/log_source.hpp"

namespace snapsim {

/// Texts that occur again and again, each held once. Number 0 is the empty text.
class TextTable {
 public:
  TextTable();
  std::uint32_t number_of(std::string_view text);
  /// The number of a text that is there, or 0.
  std::uint32_t find(std::string_view text) const;
  const std::string& text(std::uint32_t number) const { return texts_[number]; }

 private:
  std::deque<std::string> texts_;
  std::unordered_map<std::string_view, std::uint32_t> numbers_;
};

/// One line of interest. Texts are numbers of the book's table.
struct LogEvent {
  std::int64_t time_us = 0;  ///< of the line, or of the one before it in its file where it has none
  std::uint64_t line = 0;
  std::uint32_t file = 0;
  std::uint32_t process = 0;  ///< index into LogBook::processes()
  EventKind kind{};
  LineLevel level{};
  std::uint32_t request = 0;
  std::uint32_t global_request = 0;
  std::uint32_t instance = 0;
  std::uint32_t image = 0;
  std::uint32_t detail = 0;
  std::uint32_t text = 0;
  std::int64_t number = 0;
  bool is_images_v1 = false;      ///< of version 1 of the Images API
  bool is_of_web_server = false;  ///< written by uWSGI or Apache, not by the service behind it
  std::uint32_t operations = 0;   ///< of an exception: the operations in its traceback, as bits of Operation
};

/// What one process has written into one file.
struct LogProcess {
  std::uint32_t file = 0;
  std::uint32_t process = 0;  ///< 0: the lines have no process id, and may be of several
  unsigned sides = 0;         ///< bits of Side
  bool has_debug = false;
  bool has_info = false;
  std::uint64_t first_line = 0;
  std::int64_t first_us = LogLine::no_time;
  std::int64_t last_us = LogLine::no_time;
};

/// What is known of one file.
struct LogFileInfo {
  std::string path;
  std::uint64_t lines = 0;
  std::uint64_t understood = 0;  ///< lines in a format that is known
  std::uint64_t bytes = 0;
  std::string damage;
};

/// All that several logs tell of snapshots: small, whatever their size. Logs may come in any order.
class LogBook {
 public:
  /// Lines of interest that are kept at most; later ones that no snapshot alone explains are dropped.
  static constexpr std::size_t events_max = 4'000'000;

  /// Reads the source to its end. `is_interrupted`, where given, is asked now and then, and ends it.
  void read(LogSource& source, const std::string& path, bool (*is_interrupted)() = nullptr);
  /// The same with a text.
  void read_text(std::string_view text, const std::string& path);

  const std::vector<LogEvent>& events() const { return events_; }
  const std::vector<LogProcess>& processes() const { return processes_; }
  const std::vector<LogFileInfo>& files() const { return files_; }
  const TextTable& texts() const { return texts_; }
  /// The file's name without its folders, where no other file has the same; else all of it.
  std::string short_name(std::uint32_t file) const;
  std::uint64_t dropped() const { return dropped_; }

  /// Whose line it is.
  Side side_of(const LogEvent& event) const;
  /// Whether any log of that service is there.
  bool has_side(Side side) const;
  /// Whether a log of that service has DEBUG lines.
  bool has_debug(Side side) const;
  /// The time of the first line of that service, or LogLine::no_time.
  std::int64_t first_us(Side side) const;
  /// The time of the last line of that service, or LogLine::no_time.
  std::int64_t last_us(Side side) const;

 private:
  void begin_file(const std::string& path);
  void add_line(std::uint64_t number, std::string_view text);
  std::uint32_t process_index(const LogLine& line);
  void add_failure_detail(const LogLine& line);

  TextTable texts_;
  LineParser parser_;
  std::vector<LogEvent> events_;
  std::vector<LogProcess> processes_;
  std::vector<LogFileInfo> files_;
  std::unordered_map<std::uint64_t, std::uint32_t> process_indexes_;
  std::uint64_t last_process_key_ = UINT64_MAX;
  std::uint32_t last_process_ = 0;
  std::int64_t last_time_us_ = LogLine::no_time;
  std::size_t open_exception_ = SIZE_MAX;  ///< event whose traceback may follow
  std::uint64_t dropped_ = 0;
};

}  // namespace snapsim
