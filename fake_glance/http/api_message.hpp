#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "real/http/http_body.hpp"

namespace snapsim {

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
  std::optional<std::string> append;  ///< X-Openstack-Append: new tags of a namespace come to the old ones
  std::optional<std::uint64_t> content_length;
  bool is_chunked = false;
  RequestBody* body = nullptr;  ///< not owned

  /// wsgi.JSONRequestDeserializer.has_body
  bool has_body() const;
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
/// urllib.parse.urlencode(dict(request.params)) without the marker: of a name given twice the last value, at the place
/// of the first.
std::string query_without_marker(const std::vector<std::pair<std::string, std::string>>& parameters);
/// str.strip(): without blanks at its ends.
std::string stripped(std::string_view text);
/// True for well-formed UTF-8.
bool is_utf8(std::string_view text);

}  // namespace snapsim
