#include <algorithm>
#include <httplib.h>
#include <poll.h>
#include <utility>

#include "real/http/http_transport.hpp"

// What becomes of a request: refused, taken by a front, or given to cpp-httplib's routes with its body in memory.

namespace snapsim {
namespace {

/// Longer paths cpp-httplib's routes are not asked of: the stack of a thread would not do for them.
constexpr std::size_t routed_path_max_bytes = 2000;
/// How long a thread stays with a connection whose request it has answered, and how many threads may.
constexpr int linger_ms = 10;
constexpr int lingering_max = 16;
/// Bodies that cpp-httplib gets, where no limit was set. Fronts that read by themselves have their own bounds. JSON
/// that is nothing but brackets takes some 60 times its length.
constexpr std::size_t body_in_memory_max_bytes = 1024 * 1024;

bool is_below(const std::string& path, const std::string& prefix) {
  return path.starts_with(prefix) && (path.size() == prefix.size() || path[prefix.size()] == '/');
}

void refuse_long_body(const httplib::Request&, httplib::Response& response, bool) {
  response.status = 413;
  response.set_content("The body of the request is too large.", "text/plain");
}

}  // namespace

HttpServer::Transport::Transport(HttpServerOptions options) : options_(std::move(options)) {
  set_pre_routing_handler([this](const httplib::Request& request, httplib::Response& response) {
    // It is process_request()'s own, and no constant there.
    const bool is_answered = route(const_cast<httplib::Request&>(request), response);
    return is_answered ? HandlerResponse::Handled : HandlerResponse::Unhandled;
  });
  keep_alive_max_count_ = 1'000'000;  // what the header Keep-Alive says; nobody counts
  keep_alive_timeout_sec_ = static_cast<time_t>(options_.idle_patience.count() / 1000);
  // The library adds it to every answer to HEAD, even to errors.
  set_post_routing_handler([](const httplib::Request&, httplib::Response& response) {
    response.headers.erase("Accept-Ranges");
    if (const HttpConnection* const connection = HttpConnection::current()) connection->change(response);
  });
}

void HttpServer::Transport::add_front(std::string prefix, FrontHandler handler) {
  fronts_.emplace_back(std::move(prefix), std::move(handler));
  std::stable_sort(fronts_.begin(), fronts_.end(),
                   [](const auto& a, const auto& b) { return a.first.size() > b.first.size(); });
}

bool HttpServer::Transport::route(httplib::Request& request, httplib::Response& response) {
  // The library would cut the response to a range of its own understanding, or compress it.
  request.ranges.clear();
  request.headers.erase("Accept-Encoding");
  if (hook_ && hook_(request, response)) return true;
  for (const auto& [prefix, handler] : fronts_) {
    if (!is_below(request.path, prefix)) continue;
    handler(request, response, *HttpConnection::current());
    return true;
  }
  if (request.path.size() > routed_path_max_bytes) {
    response.status = 414;
    response.set_content("The path of the request is too long.", "text/plain");
    return true;
  }
  return !take_body(request, response);
}

bool HttpServer::Transport::take_body(httplib::Request& request, httplib::Response& response) {
  const bool is_read_by_library = request.method != "GET" && request.method != "HEAD" && request.method != "OPTIONS";
  if (!is_read_by_library) return true;
  BodyLimit limit{{}, body_in_memory_max_bytes, refuse_long_body};
  for (const BodyLimit& one : body_limits_) {
    if (is_below(request.path, one.prefix)) limit = one;
  }
  HttpConnection& connection = *HttpConnection::current();
  const std::optional<std::uint64_t> length = connection.head().content_length;
  const bool is_chunked = connection.head().is_chunked;
  TextSink sink(limit.bytes_max);
  const BodyEnd end = length && *length > limit.bytes_max ? BodyEnd::refused : connection.stream(sink);
  if (end == BodyEnd::refused) {
    limit.refuse(request, response, is_chunked);
    return false;
  }
  if (end != BodyEnd::complete) {
    response.status = 400;
    response.set_content(connection.complaint(), "text/plain");
    return false;
  }
  // As the library reads it now: whole, neither in chunks nor compressed.
  for (const char* const name : {"Content-Length", "Transfer-Encoding", "Content-Encoding"})
    request.headers.erase(name);
  request.headers.emplace("Content-Length", std::to_string(sink.text.size()));
  connection.give_back(std::move(sink.text));
  return true;
}

bool HttpServer::Transport::serve(HttpConnection& connection) {
  while (true) {
    switch (connection.read_head()) {
      case HttpConnection::HeadState::closed:
        return false;
      case HttpConnection::HeadState::too_large:
        connection.refuse(431, "The head of the request is too large.");
        return false;
      case HttpConnection::HeadState::partial:
        if (!connection.has_input()) {
          connection.partial_since = {};
        } else if (connection.partial_since == Clock::time_point()) {
          connection.partial_since = Clock::now();
        }
        return true;
      case HttpConnection::HeadState::complete:
        break;
    }
    connection.partial_since = {};
    if (connection.head().error_status != 0) {
      connection.refuse(connection.head().error_status, connection.head().error);
      return false;
    }
    if (!answer(connection)) return false;
    if (is_stopping_ || (!connection.has_input() && !comes_soon(connection))) return true;
  }
}

bool HttpServer::Transport::answer(HttpConnection& connection) {
  ++active_;
  HttpConnection::current() = &connection;
  bool is_closed = false;
  const bool is_written = process_request(connection, !connection.head().keeps_alive, is_closed, nullptr);
  HttpConnection::current() = nullptr;
  // Before the client learns of it, so that it comes too late.
  if (connection.refuses_for() > std::chrono::milliseconds(0)) refuse_connections(connection.refuses_for());
  const bool goes_on = connection.finish_response() && is_written && !is_closed;
  last_activity_ = Clock::now();
  --active_;
  return goes_on;
}

bool HttpServer::Transport::comes_soon(HttpConnection& connection) {
  if (++lingering_ > lingering_max || waiting_count_ > 0) {
    --lingering_;
    return false;
  }
  pollfd descriptor{connection.socket(), POLLIN, 0};
  const int ready = ::poll(&descriptor, 1, linger_ms);
  --lingering_;
  return ready > 0;
}

}  // namespace snapsim
