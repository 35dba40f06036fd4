#include <algorithm>
#include <cctype>
#include <cstring>
#include <unistd.h>
#include <vector>

#include "fake_glance/http/http_transport.hpp"

namespace snapsim {
namespace {

std::optional<std::string> header(const httplib::Request& request, const char* name) {
  const auto found = request.headers.find(name);
  return found == request.headers.end() ? std::nullopt : std::optional(found->second);
}

/// The body of a request that cpp-httplib has read, or reads.
class LibraryBody final : public RequestBody {
 public:
  LibraryBody(const httplib::Request& request, const httplib::ContentReader* reader)
      : request_(request), reader_(reader) {}

  BodyEnd stream(BodySink& sink) override {
    bool is_refused = false;
    const auto feed = [&](const char* bytes, std::size_t count) {
      while (count > 0 && !is_refused) {
        const std::span<std::byte> room = sink.buffer();
        const std::size_t part = std::min(room.size(), count);
        std::memcpy(room.data(), bytes, part);
        is_refused = !sink.accept(part);
        bytes += part;
        count -= part;
      }
      return !is_refused;
    };
    const bool is_whole = reader_ != nullptr ? (*reader_)(feed) : feed(request_.body.data(), request_.body.size());
    if (is_whole) return BodyEnd::complete;
    return is_refused ? BodyEnd::refused : BodyEnd::disconnected;
  }
  std::string complaint() const override { return "The body could not be read."; }

 private:
  const httplib::Request& request_;
  const httplib::ContentReader* reader_;
};

ApiRequest api_request(const httplib::Request& request, const std::string& prefix) {
  ApiRequest made;
  made.method = request.method;
  const std::string target = request.target.substr(std::min(prefix.size(), request.target.size()));
  const std::size_t question = std::min(target.find('?'), target.size());
  made.path = target.substr(0, question);
  made.query = question < target.size() ? target.substr(question + 1) : "";
  made.base_url = "http://" +
                  header(request, "Host").value_or(request.local_addr + ":" + std::to_string(request.local_port)) +
                  prefix;
  made.token = header(request, "X-Auth-Token").value_or("");
  made.request_id = header(request, "X-Openstack-Request-Id");
  made.accept = header(request, "Accept");
  made.content_type = header(request, "Content-Type");
  made.range = header(request, "Range");
  if (!made.range) made.range = header(request, "X-Range");
  made.content_range = header(request, "Content-Range");
  made.is_chunked = header(request, "Transfer-Encoding").has_value();
  const std::optional<std::string> length = header(request, "Content-Length");
  if (length) made.content_length = std::strtoull(length->c_str(), nullptr, 10);
  return made;
}

/// Sends a part of a file: by the kernel on our own server, through a buffer on another one.
bool provide_file(const FilePart& part, std::size_t offset, std::size_t length, httplib::DataSink& sink) {
  FilePart next = part;
  next.offset += static_cast<std::int64_t>(offset);
  next.length = static_cast<std::int64_t>(length);
  if (HttpConnection* const connection = HttpConnection::current()) {
    static const char nothing = 0;
    connection->send_file_next(next);
    return sink.write(&nothing, length);
  }
  std::vector<char> buffer(std::min<std::size_t>(length, 256 * 1024));
  const ssize_t count = ::pread(part.file->get(), buffer.data(), buffer.size(), next.offset);
  return count > 0 && sink.write(buffer.data(), static_cast<std::size_t>(count));
}

void fill(httplib::Response& response, ApiResponse&& made) {
  response.status = made.status;
  for (auto& [name, value] : made.headers) response.set_header(name, value);
  if (made.file && made.file->length > 0) {
    response.set_content_provider(static_cast<std::size_t>(made.file->length), made.content_type,
                                  [part = *made.file](std::size_t offset, std::size_t length, httplib::DataSink& sink) {
                                    return provide_file(part, offset, length, sink);
                                  });
    return;
  }
  response.body = std::move(made.body);
  if (!made.content_type.empty()) response.set_header("Content-Type", made.content_type);
}

}  // namespace

void mount_handler(httplib::Server& server, const std::string& prefix,
                   std::function<ApiResponse(const ApiRequest&)> handler) {
  const auto answer = [prefix, handler](const httplib::Request& request, httplib::Response& response,
                                        RequestBody& body) {
    ApiRequest made = api_request(request, prefix);
    made.body = &body;
    // The library would cut the response to a range of its own understanding, or compress it.
    auto& raw = const_cast<httplib::Request&>(request);
    raw.ranges.clear();
    raw.headers.erase("Accept-Encoding");
    fill(response, handler(made));
  };
  if (auto* const transport = dynamic_cast<HttpServer::Transport*>(&server)) {
    transport->add_front(prefix, [answer](const httplib::Request& request, httplib::Response& response) {
      answer(request, response, *HttpConnection::current());
    });
    return;
  }
  std::string pattern;
  for (const char c : prefix)
    pattern += std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '/' ? std::string(1, c) : std::string("\\") + c;
  pattern += "(/[\\s\\S]*)?";
  const auto plain = [answer](const httplib::Request& request, httplib::Response& response) {
    LibraryBody body(request, nullptr);
    answer(request, response, body);
  };
  const auto reading = [answer](const httplib::Request& request, httplib::Response& response,
                                const httplib::ContentReader& reader) {
    LibraryBody body(request, &reader);
    answer(request, response, body);
  };
  server.Get(pattern, plain).Options(pattern, plain).Delete(pattern, plain);
  server.Post(pattern, reading).Put(pattern, reading).Patch(pattern, reading);
}

}  // namespace snapsim
