#include "fake_glance/http/web_download.hpp"

#include <algorithm>
#include <cstring>
#include <httplib.h>
#include <span>
#include <sys/socket.h>
#include <unistd.h>

namespace snapsim {
namespace {

constexpr std::chrono::seconds server_patience{60};
constexpr int redirections_max = 10;

bool is_redirection(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/// Copies what has come into the sink's own buffers. False: the sink wants no more.
bool pour(BodySink& sink, const char* data, std::size_t length) {
  while (length > 0) {
    const std::span<std::byte> room = sink.buffer();
    const std::size_t count = std::min(room.size(), length);
    std::memcpy(room.data(), data, count);
    if (!sink.accept(count)) return false;
    data += count;
    length -= count;
  }
  return true;
}

}  // namespace

void WebDownload::cancel() {
  is_cancelled_ = true;
  const std::lock_guard<std::mutex> lock(mutex_);
  if (socket_) ::shutdown(socket_.get(), SHUT_RDWR);
}

void WebDownload::watch(int socket) {
  const std::lock_guard<std::mutex> lock(mutex_);
  socket_ = UniqueFd(::fcntl(socket, F_DUPFD_CLOEXEC, 0));
}

std::string WebDownload::fetch_once(const ImportUri& uri, BodySink& sink, std::string& location) {
  const auto is_unprintable = [](char c) { return c <= ' ' || c == 0x7f; };
  const std::string written = uri.netloc + uri.target;
  if (std::any_of(written.begin(), written.end(), is_unprintable)) return "the URI contains control characters";

  std::unique_ptr<httplib::ClientImpl> client;
  if (uri.scheme == "http") {
    client = std::make_unique<httplib::ClientImpl>(uri.host, uri.port);
  } else if (uri.scheme == "https") {
    client = std::make_unique<httplib::SSLClient>(uri.host, uri.port);
  } else {
    return "unknown url type: " + uri.scheme;
  }
  client->set_hostname_addr_map({{uri.host, uri.address}});
  client->set_connection_timeout(server_patience);
  client->set_read_timeout(server_patience);
  client->set_decompress(false);
  client->set_url_encode(false);
  client->set_socket_options([this](socket_t socket) { watch(socket); });

  int status = 0;
  const httplib::Headers headers{{"Host", uri.netloc}, {"Accept-Encoding", "identity"}, {"User-Agent", "snapsim"}};
  const httplib::Result answer = client->Get(
      uri.target, headers,
      [&](const httplib::Response& response) {
        status = response.status;
        if (is_redirection(status)) location = response.get_header_value("Location");
        return !is_cancelled_ && status >= 200 && status < 300;
      },
      [&](const char* data, std::size_t length) { return !is_cancelled_ && pour(sink, data, length); });
  if (status != 0 && (status < 200 || status >= 300)) return "the server answered " + std::to_string(status);
  if (!answer) return httplib::to_string(answer.error());
  return {};
}

std::string WebDownload::fetch(const std::string& uri, BodySink& sink) {
  std::string next = uri;
  for (int i = 0; i <= redirections_max; ++i) {
    // Again: the name may stand for another address by now.
    const std::optional<ImportUri> passed = filtered_uri(filter_, next);
    if (!passed) return "URI does not pass filtering: " + next;
    std::string location;
    std::string failure = is_cancelled_ ? "cancelled" : fetch_once(*passed, sink, location);
    if (location.empty()) return failure;
    next = joined_uri(*passed, location);
  }
  return "the server would lead to an infinite loop";
}

}  // namespace snapsim
