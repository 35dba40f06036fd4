#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <httplib.h>
#include <optional>
#include <string>

namespace snapsim {

/// One client's connection, as the HTTP library reads and writes it. What is to go wrong with the answer that is being
/// made goes wrong here, to the byte.
class Connection final : public httplib::Stream {
 public:
  /// The socket is the caller's. Once `is_stopping`, which must outlive the object, nothing is waited for any more.
  Connection(int fd, const std::atomic<bool>& is_stopping);

  /// That of the request which this thread serves, or nullptr.
  static Connection* current();

  /// The connection is reset after so many more bytes of the answer; 0: instead of it.
  void reset_after(std::int64_t bytes) { left_before_reset_ = bytes; }
  /// The answer comes at so many bytes a second.
  void slow_down(std::int64_t bytes_per_s) { bytes_per_s_ = bytes_per_s; }
  /// Whatever answer is made, this text is sent instead of it, and the connection closed.
  void answer_instead(std::string text) { instead_ = std::move(text); }
  /// Lets so much time pass, less where the server stops.
  void pause(std::chrono::milliseconds duration) const;
  /// The request is over: sends what is to be sent instead. False where the connection cannot be used any more.
  bool end_request();

  bool is_readable() const override;
  bool is_writable() const override;
  ssize_t read(char* data, std::size_t size) override;
  ssize_t write(const char* data, std::size_t size) override;
  void get_remote_ip_and_port(std::string& ip, int& port) const override;
  void get_local_ip_and_port(std::string& ip, int& port) const override;
  socket_t socket() const override { return fd_; }

  /// Waits up to so long for a byte to read; false where none came.
  bool wait_readable(int timeout_ms) const;
  /// Makes it the one that current() gives to this thread, until it goes away.
  class Use {
   public:
    explicit Use(Connection& connection);
    ~Use();
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;
  };

 private:
  ssize_t send_all(const char* data, std::size_t size);
  ssize_t send_slowly(const char* data, std::size_t size);
  void reset();
  void linger();

  int fd_;
  const std::atomic<bool>& is_stopping_;
  std::optional<std::int64_t> left_before_reset_;
  std::int64_t bytes_per_s_ = 0;
  std::optional<std::string> instead_;
  bool is_reset_ = false;
};

}  // namespace snapsim
