#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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

/// A request as the front looks at it: of HTTP it knows only what Glance reads.
struct ApiRequest {
  std::string method;
  std::string path;      ///< as sent, still percent-encoded, without the prefix the front is mounted at
  std::string query;     ///< what follows '?', as sent
  std::string base_url;  ///< "http://host:port/prefix", to make absolute links
  std::string token;     ///< X-Auth-Token, or empty
  std::optional<std::string> request_id;  ///< X-Openstack-Request-ID: who asks may say what the request is called
  std::optional<std::string> accept;
  std::optional<std::string> content_type;
  std::optional<std::string> range;
  std::optional<std::string> content_range;
  std::optional<std::uint64_t> content_length;
  bool is_chunked = false;
  RequestBody* body = nullptr;  ///< not owned

  /// wsgi.JSONRequestDeserializer.has_body
  bool has_body() const;
};

/// A run of bytes of an open file as a response's body.
struct FilePart {
  std::shared_ptr<UniqueFd> file;
  std::int64_t offset = 0;
  std::int64_t length = 0;
};

/// A response as the front makes it.
struct ApiResponse {
  int status = 200;
  std::string content_type;  ///< empty: the header is left out
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::optional<FilePart> file;  ///< instead of `body`
};

/// "text" with its %XX and, if `plus_is_space`, its '+' decoded. What is no escape stays as it is.
std::string percent_decoded(std::string_view text, bool plus_is_space);
/// urllib.parse.quote_plus: how Glance writes a query back into `first` and `next`.
std::string quoted_plus(std::string_view text);
/// The parameters of a query, in their order.
std::vector<std::pair<std::string, std::string>> parsed_query(std::string_view query);
/// str.strip(): without blanks at its ends.
std::string stripped(std::string_view text);
/// True for well-formed UTF-8.
bool is_utf8(std::string_view text);

}  // namespace snapsim
