#include "fake_glance/http/http_server.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <httplib.h>
#include <mutex>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <unordered_map>
#include <vector>

#include "fake_glance/http/http_connection.hpp"
#include "real/unique_fd.hpp"

namespace snapsim {
namespace {

using Clock = std::chrono::steady_clock;

/// Stack of a thread that works on requests: regular expressions of other fronts need some depth.
constexpr std::size_t stack_bytes = 1024 * 1024;
constexpr int threads_max = 4096;
/// How long a thread stays with a connection whose request it has answered, and how many threads may.
constexpr int linger_ms = 20;
constexpr int lingering_max = 64;
/// How long a thread without work stays.
constexpr auto thread_patience = std::chrono::seconds(2);
constexpr int watch_ms = 1000;
constexpr int backlog = 4096;

std::system_error system_failure(const std::string& doing) {
  return std::system_error(errno, std::generic_category(), doing);
}

/// A socket that listens on the address; the port that it got is stored.
UniqueFd listening_socket(const std::string& address, int& port) {
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICSERV | AI_PASSIVE;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int failed = ::getaddrinfo(address.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (failed != 0) {
    throw std::system_error(std::make_error_code(std::errc::address_not_available),
                            "cannot listen on " + address + ": " + ::gai_strerror(failed));
  }
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found, ::freeaddrinfo);
  UniqueFd socket(::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int on = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (!socket || ::bind(socket.get(), found->ai_addr, found->ai_addrlen) != 0 || ::listen(socket.get(), backlog) != 0) {
    throw system_failure("cannot listen on " + address + ":" + std::to_string(port));
  }
  sockaddr_storage bound{};
  socklen_t length = sizeof(bound);
  ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&bound), &length);
  std::array<char, NI_MAXSERV> service{};
  ::getnameinfo(reinterpret_cast<sockaddr*>(&bound), length, nullptr, 0, service.data(), service.size(),
                NI_NUMERICSERV);
  port = std::atoi(service.data());
  return socket;
}

}  // namespace

/// The connections, the thread that watches those that wait, and the threads that work on the others.
class HttpServer::Transport final : public httplib::Server {
 public:
  using FrontHandler = std::function<void(const httplib::Request&, httplib::Response&)>;

  explicit Transport(HttpServerOptions options) : options_(std::move(options)) {
    set_pre_routing_handler([this](const httplib::Request& request, httplib::Response& response) {
      for (const auto& [prefix, handler] : fronts_) {
        const bool is_below = request.path.starts_with(prefix) &&
                              (request.path.size() == prefix.size() || request.path[prefix.size()] == '/');
        if (!is_below) continue;
        handler(request, response);
        return HandlerResponse::Handled;
      }
      return HandlerResponse::Unhandled;
    });
    keep_alive_max_count_ = 1'000'000;  // what the header Keep-Alive says; nobody counts
    keep_alive_timeout_sec_ = static_cast<time_t>(options_.idle_patience.count() / 1000);
    payload_max_length_ = 16u * 1024 * 1024;  // of bodies that cpp-httplib takes into memory
  }

  /// Longer prefixes are asked first.
  void add_front(std::string prefix, FrontHandler handler) {
    fronts_.emplace_back(std::move(prefix), std::move(handler));
    std::stable_sort(fronts_.begin(), fronts_.end(),
                     [](const auto& a, const auto& b) { return a.first.size() > b.first.size(); });
  }

  void start() {
    listener_ = listening_socket(options_.bind_address, options_.port);
    epoll_ = UniqueFd(::epoll_create1(EPOLL_CLOEXEC));
    wake_ = UniqueFd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!epoll_ || !wake_) throw system_failure("cannot watch connections");
    watch_descriptor(listener_.get(), &listener_);
    watch_descriptor(wake_.get(), &wake_);
    svr_sock_ = listener_.get();
    touch();
    watcher_ = std::thread([this] { watch(); });
  }

  void stop() {
    if (!watcher_.joinable()) return;
    {
      const std::lock_guard lock(mutex_);
      is_stopping_ = true;
      for (const auto& [connection, owner] : connections_) ::shutdown(connection->socket(), SHUT_RDWR);
    }
    const std::uint64_t one = 1;
    (void)!::write(wake_.get(), &one, sizeof(one));
    watcher_.join();
    std::unique_lock lock(mutex_);
    work_.notify_all();
    thread_ended_.wait(lock, [&] { return threads_ == 0; });
    connections_.clear();
    svr_sock_ = INVALID_SOCKET;
    listener_.reset();
  }

  int port() const { return options_.port; }

  std::chrono::milliseconds idle_time() const {
    if (active_ > 0) return std::chrono::milliseconds(0);
    return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - last_activity_.load());
  }

 private:
  void touch() { last_activity_ = Clock::now(); }

  void watch_descriptor(int descriptor, void* mark) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = mark;
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, descriptor, &event);
  }

  void watch() {
    std::array<epoll_event, 256> events{};
    Clock::time_point swept = Clock::now();
    while (true) {
      const int count = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), watch_ms);
      const std::lock_guard lock(mutex_);
      if (is_stopping_) return;
      for (int i = 0; i < count; ++i) {
        void* const mark = events[static_cast<std::size_t>(i)].data.ptr;
        if (mark == &listener_) {
          accept_connections();
        } else if (mark != &wake_) {
          begin_work(static_cast<HttpConnection*>(mark));
        }
      }
      if (Clock::now() - swept < std::chrono::milliseconds(watch_ms)) continue;
      swept = Clock::now();
      drop_silent_connections(swept);
    }
  }

  void accept_connections() {
    for (int i = 0; i < 256; ++i) {
      UniqueFd socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!socket) {
        // Without descriptors, waiting is all that helps; the listener would wake us at once again.
        if (errno == EMFILE || errno == ENFILE) std::this_thread::sleep_for(std::chrono::milliseconds(20));
        return;
      }
      auto made = std::make_unique<HttpConnection>(std::move(socket), options_.patience);
      HttpConnection* const connection = made.get();
      connections_[connection] = std::move(made);
      epoll_event event{};
      event.events = EPOLLIN | EPOLLRDHUP | EPOLLONESHOT;
      event.data.ptr = connection;
      connection->is_parked = true;
      connection->parked_since = Clock::now();
      ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, connection->socket(), &event);
    }
  }

  /// A client that says nothing, or never ends its head, is not waited for. Holds the lock.
  void drop_silent_connections(Clock::time_point now) {
    for (auto one = connections_.begin(); one != connections_.end();) {
      const HttpConnection& connection = *one->first;
      const bool is_partial = connection.partial_since != Clock::time_point();
      const bool is_late = is_partial ? now - connection.partial_since > options_.patience
                                      : now - connection.parked_since > options_.idle_patience;
      one = connection.is_parked && is_late ? connections_.erase(one) : std::next(one);
    }
  }

  /// Holds the lock.
  void begin_work(HttpConnection* connection) {
    connection->is_parked = false;
    waiting_.push_back(connection);
    if (static_cast<std::size_t>(idle_threads_) >= waiting_.size() || threads_ >= threads_max) {
      work_.notify_one();
      return;
    }
    pthread_attr_t attributes;
    ::pthread_attr_init(&attributes);
    ::pthread_attr_setstacksize(&attributes, stack_bytes);
    ::pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_t thread{};
    ++threads_;
    const auto run = [](void* self) -> void* {
      static_cast<Transport*>(self)->work();
      return nullptr;
    };
    if (::pthread_create(&thread, &attributes, run, this) != 0) {
      --threads_;
      work_.notify_one();
    }
    ::pthread_attr_destroy(&attributes);
  }

  /// A thread's life.
  void work() {
    std::unique_lock lock(mutex_);
    while (!is_stopping_) {
      if (waiting_.empty()) {
        ++idle_threads_;
        const bool has_work = work_.wait_for(lock, thread_patience, [&] { return is_stopping_ || !waiting_.empty(); });
        --idle_threads_;
        if (!has_work) break;
        continue;
      }
      HttpConnection* const connection = waiting_.front();
      waiting_.pop_front();
      lock.unlock();
      const bool goes_on = serve(*connection);
      lock.lock();
      if (goes_on && !is_stopping_) {
        park(*connection);
      } else {
        // Closed without the lock held it would be as well, but then stop() could come across it.
        connections_.erase(connection);
      }
    }
    --threads_;
    thread_ended_.notify_all();
  }

  /// Holds the lock.
  void park(HttpConnection& connection) {
    connection.is_parked = true;
    connection.parked_since = Clock::now();
    epoll_event event{};
    event.events = EPOLLIN | EPOLLRDHUP | EPOLLONESHOT;
    event.data.ptr = &connection;
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, connection.socket(), &event);
  }

  /// Answers what the client has sent. False: the connection is over.
  bool serve(HttpConnection& connection) {
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
      if (!connection.has_input() && !comes_soon(connection)) return true;
    }
  }

  bool answer(HttpConnection& connection) {
    ++active_;
    HttpConnection::current() = &connection;
    bool is_closed = false;
    const bool is_written = process_request(connection, !connection.head().keeps_alive, is_closed, nullptr);
    HttpConnection::current() = nullptr;
    const bool goes_on = connection.finish_response() && is_written && !is_closed;
    touch();
    --active_;
    return goes_on;
  }

  /// Clients that ask again at once are spared the way through the watcher.
  bool comes_soon(HttpConnection& connection) {
    if (++lingering_ > lingering_max) {
      --lingering_;
      return false;
    }
    pollfd descriptor{connection.socket(), POLLIN, 0};
    const int ready = ::poll(&descriptor, 1, linger_ms);
    --lingering_;
    return ready > 0;
  }

  HttpServerOptions options_;
  std::vector<std::pair<std::string, FrontHandler>> fronts_;
  UniqueFd listener_;
  UniqueFd epoll_;
  UniqueFd wake_;
  std::thread watcher_;

  std::mutex mutex_;
  std::condition_variable work_;
  std::condition_variable thread_ended_;
  std::unordered_map<HttpConnection*, std::unique_ptr<HttpConnection>> connections_;
  std::deque<HttpConnection*> waiting_;
  int threads_ = 0;
  int idle_threads_ = 0;
  bool is_stopping_ = false;

  std::atomic<int> active_ = 0;
  std::atomic<int> lingering_ = 0;
  std::atomic<Clock::time_point> last_activity_{};
};

HttpServer::HttpServer(HttpServerOptions options) : transport_(std::make_unique<Transport>(std::move(options))) {}

HttpServer::~HttpServer() {
  stop();
}

httplib::Server& HttpServer::server() {
  return *transport_;
}

void HttpServer::start() {
  transport_->start();
}

void HttpServer::stop() {
  transport_->stop();
}

int HttpServer::port() const {
  return transport_->port();
}

std::chrono::milliseconds HttpServer::idle_time() const {
  return transport_->idle_time();
}

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
  if (const std::size_t fragment = made.query.find('#'); fragment != std::string::npos) made.query.resize(fragment);
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
