#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <httplib.h>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "real/http/http_connection.hpp"
#include "real/http/http_listener.hpp"
#include "real/http/http_server.hpp"
#include "real/unique_fd.hpp"

namespace snapsim {

/// The connections, the thread that watches those that wait, and the threads that work on the others. Its functions are
/// HttpServer's. This header is for the files of the server alone.
class HttpServer::Transport final : public httplib::Server {
 public:
  /// How long bodies may be below a prefix, and who answers those that are longer.
  struct BodyLimit {
    std::string prefix;
    std::size_t bytes_max = 0;
    LongBodyHandler refuse;
  };

  explicit Transport(HttpServerOptions options);

  void before_each(RequestHook hook) { hook_ = std::move(hook); }
  void add_front(std::string prefix, FrontHandler handler);
  void limit_bodies(BodyLimit limit) { body_limits_.push_back(std::move(limit)); }
  void when_cut(std::function<void()> hook) { when_cut_ = std::move(hook); }
  void start();
  void stop();
  int port() const { return listener_.port(); }
  std::chrono::milliseconds idle_time() const;

 private:
  using Clock = std::chrono::steady_clock;

  /// A thread's life, that of the watcher.
  void watch();
  /// A thread's life, that of one that works on requests.
  void work();
  /// Answers what the client has sent. False: the connection is over.
  bool serve(HttpConnection& connection);
  bool answer(HttpConnection& connection);
  /// What comes before cpp-httplib's own routes. True: the request is answered.
  bool route(httplib::Request& request, httplib::Response& response);
  /// Reads the body, if it is not too long, into memory for cpp-httplib. False: the request is refused.
  bool take_body(httplib::Request& request, httplib::Response& response);
  /// Clients that ask again at once are spared the way through the watcher.
  bool comes_soon(HttpConnection& connection);
  void watch_descriptor(int descriptor, void* mark);
  void wake_watcher();
  /// New connections are refused for so long, and those that wait for a request are closed, as where nobody serves any
  /// more.
  void refuse_connections(std::chrono::milliseconds duration);

  // With the lock held:
  void accept_connections();
  /// Listens again where it is time; gives how long the watcher may sleep as far as that goes.
  int listen_again(Clock::time_point now);
  /// A client that says nothing, or never ends its head, is not waited for.
  void drop_silent_connections(Clock::time_point now);
  void begin_work(HttpConnection* connection);
  void start_thread();
  /// More threads, where connections wait and none of them was taken since it was asked before.
  void help_if_stuck();
  void park(HttpConnection& connection);

  HttpServerOptions options_;
  RequestHook hook_;
  std::function<void()> when_cut_;
  std::vector<std::pair<std::string, FrontHandler>> fronts_;
  std::vector<BodyLimit> body_limits_;
  HttpListener listener_;
  UniqueFd epoll_;
  UniqueFd wake_;
  std::thread watcher_;

  std::mutex mutex_;
  std::condition_variable work_;
  std::condition_variable thread_ended_;
  std::unordered_map<HttpConnection*, std::unique_ptr<HttpConnection>> connections_;
  std::deque<HttpConnection*> waiting_;
  std::uint64_t taken_ = 0;         ///< connections that were taken from there
  std::uint64_t taken_before_ = 0;  ///< when help_if_stuck() last looked
  int threads_ = 0;
  int idle_threads_ = 0;

  std::atomic<bool> is_stopping_ = false;  ///< changed with the lock held
  std::atomic<int> active_ = 0;
  std::atomic<int> lingering_ = 0;
  std::atomic<int> waiting_count_ = 0;  ///< of waiting_, to be read without the lock
  std::atomic<Clock::time_point> last_activity_{};
};

}  // namespace snapsim
