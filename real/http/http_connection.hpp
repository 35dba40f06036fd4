#pragma once

#include <chrono>
#include <cstdint>
#include <httplib.h>
#include <optional>
#include <string>

#include "real/http/answer_mishap.hpp"
#include "real/http/http_body.hpp"
#include "real/http/http_head.hpp"
#include "real/unique_fd.hpp"

namespace snapsim {

/// One client's connection, as the Stream that cpp-httplib reads a request from and writes the response to. It has its
/// own buffers: cpp-httplib reads a head byte by byte and writes head and body apart. Used by one thread at a time.
/// This header is for the files of the server alone.
class HttpConnection final : public httplib::Stream, public RequestBody {
 public:
  enum class HeadState : std::uint8_t { complete, partial, closed, too_large };

  HttpConnection(UniqueFd socket, std::chrono::milliseconds timeout);

  /// Reads what has come, without waiting for more, until there is a whole head.
  HeadState read_head();
  /// The head that read_head() found; looked through.
  const HttpHead& head() const { return head_; }
  /// True if something of the next request is here already.
  bool has_input() const { return position_ < input_.size(); }
  /// Sends a refusal of what is no request that could be answered otherwise.
  void refuse(int status, const std::string& reason);
  /// After a response: sends what is buffered and reads what the request's body still has. False: the connection is
  /// of no use any more.
  bool finish_response();
  /// Sends the end and takes in what the client is still sending, for a short while: so that it reads the response
  /// rather than a reset.
  void linger();

  /// The next bytes that are written come from that file instead: what write() gets is only counted.
  void send_file_next(const FilePart& part) { file_ = part; }
  /// The body has been read; whoever reads it from here gets it once more.
  void give_back(std::string body);

  /// What goes wrong with the response that is being made.
  void spoil(const AnswerMishap& mishap);
  /// What goes wrong with the request's body, nothing of which has been read yet. False: there is none.
  bool spoil_body(const BodyMishap& mishap);
  /// What spoil() has said is to be changed of the response.
  void change(httplib::Response& response) const;
  /// How long spoil() wants new connections to be refused.
  std::chrono::milliseconds refuses_for() const { return mishap_.refuse_for; }
  /// Lets so much time pass, less where the connection is cut.
  void pause(std::chrono::milliseconds duration) const;

  // httplib::Stream
  bool is_readable() const override { return true; }
  bool is_writable() const override { return !is_broken_; }
  ssize_t read(char* bytes, size_t size) override;
  ssize_t write(const char* bytes, size_t size) override;
  void get_remote_ip_and_port(std::string& ip, int& port) const override;
  void get_local_ip_and_port(std::string& ip, int& port) const override;
  socket_t socket() const override { return socket_.get(); }

  // RequestBody
  BodyEnd stream(BodySink& sink) override;
  std::string complaint() const override { return complaint_; }

  /// The connection whose request this thread is working on, or null.
  static HttpConnection*& current();

  /// When the server last gave the connection up to its watcher, and since when it waits for the rest of a head.
  std::chrono::steady_clock::time_point parked_since{};
  std::chrono::steady_clock::time_point partial_since{};
  bool is_parked = false;

 private:
  static constexpr std::size_t input_chunk_bytes = 16 * 1024;

  bool flush();
  ssize_t send_all(const char* bytes, std::size_t size);
  ssize_t send_file(std::size_t size);
  /// The file's next byte, changed.
  ssize_t send_other_byte();
  /// How many of the next bytes may go in one piece; 0: none any more.
  std::size_t next_piece(std::size_t wanted);
  void piece_is_sent(std::size_t size);
  /// Closing the connection will send a reset.
  void reset();
  /// recv(2), after what is buffered for sending has been sent. 0: the client has ended.
  ssize_t receive(char* bytes, std::size_t size);
  /// The next line, with its end. Empty: the client is gone. Longer than `max`: cut off there.
  std::string read_line(std::size_t max);
  BodyEnd stream_length(BodySink& sink, std::uint64_t length);
  BodyEnd stream_chunks(BodySink& sink);
  /// How many of the next `wanted` bytes of the body may be read now, when what is to happen there has happened. 0:
  /// none any more.
  std::size_t next_of_body(std::size_t wanted);
  BodyEnd malformed(std::string complaint);
  /// Reads what the body still has. False: not to its end.
  bool discard_body();

  UniqueFd socket_;
  std::string input_;  ///< received and not yet read, from position_ on
  std::size_t position_ = 0;
  std::size_t head_left_ = 0;  ///< bytes of the head that are still to be read
  std::string output_;
  HttpHead head_;
  std::uint64_t body_read_ = 0;  ///< bytes of the body read so far, chunk marks included
  bool is_body_over_ = false;    ///< the last chunk was read
  bool is_broken_ = false;
  std::string complaint_;
  FilePart file_;
  std::string given_back_;
  std::size_t given_back_read_ = 0;
  AnswerMishap mishap_;
  std::optional<BodyMishap> body_mishap_;  ///< still to come, or the body's end
};

}  // namespace snapsim
