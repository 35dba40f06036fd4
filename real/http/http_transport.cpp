#include "real/http/http_transport.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace snapsim {
namespace {

/// Stack of a thread that works on requests. cpp-httplib's routes are regular expressions, which need some 600 bytes of
/// it for each character of the path.
constexpr std::size_t stack_bytes = 8 * 1024 * 1024;
constexpr int threads_max = 4096;
/// So many threads are started as there are requests; more only when those are all held up, by slow clients as it is.
constexpr int eager_threads_max = 32;
constexpr int helpers_at_once = 8;
constexpr int stuck_ms = 20;
/// How long a thread without work stays.
constexpr auto thread_patience = std::chrono::seconds(2);
constexpr int watch_ms = 1000;
/// How long requests that are being answered may take when the server is stopped.
constexpr auto stop_patience = std::chrono::milliseconds(100);

std::system_error system_failure(const std::string& doing) {
  return std::system_error(errno, std::generic_category(), doing);
}

}  // namespace

void HttpServer::Transport::start() {
  listener_.open(options_.bind_address, options_.port);
  epoll_ = UniqueFd(::epoll_create1(EPOLL_CLOEXEC));
  wake_ = UniqueFd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!epoll_ || !wake_) throw system_failure("cannot watch connections");
  watch_descriptor(listener_.descriptor(), &listener_);
  watch_descriptor(wake_.get(), &wake_);
  svr_sock_ = listener_.descriptor();
  last_activity_ = Clock::now();
  watcher_ = std::thread([this] { watch(); });
}

void HttpServer::Transport::stop() {
  if (!watcher_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  wake_watcher();
  watcher_.join();
  std::unique_lock lock(mutex_);
  work_.notify_all();
  const auto have_ended = [&] { return threads_ == 0; };
  if (!thread_ended_.wait_for(lock, stop_patience, have_ended)) {
    for (const auto& [connection, owner] : connections_) ::shutdown(connection->socket(), SHUT_RDWR);
    if (when_cut_) {
      lock.unlock();
      when_cut_();
      lock.lock();
    }
    thread_ended_.wait(lock, have_ended);
  }
  connections_.clear();
  svr_sock_ = INVALID_SOCKET;
  listener_.close();
}

std::chrono::milliseconds HttpServer::Transport::idle_time() const {
  if (active_ > 0) return std::chrono::milliseconds(0);
  return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - last_activity_.load());
}

void HttpServer::Transport::wake_watcher() {
  const std::uint64_t one = 1;
  (void)!::write(wake_.get(), &one, sizeof(one));
}

void HttpServer::Transport::watch_descriptor(int descriptor, void* mark) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = mark;
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, descriptor, &event);
}

void HttpServer::Transport::watch() {
  std::array<epoll_event, 256> events{};
  Clock::time_point swept = Clock::now();
  Clock::time_point looked = swept;
  bool has_waiting = false;
  int reopening_ms = watch_ms;
  while (true) {
    const int patience_ms = std::min(has_waiting ? stuck_ms : watch_ms, reopening_ms);
    const int count = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), patience_ms);
    const std::lock_guard lock(mutex_);
    if (is_stopping_) return;
    for (int i = 0; i < count; ++i) {
      void* const mark = events[static_cast<std::size_t>(i)].data.ptr;
      if (mark == &listener_) {
        accept_connections();
      } else if (mark == &wake_) {
        std::uint64_t ignored = 0;
        (void)!::read(wake_.get(), &ignored, sizeof(ignored));
      } else {
        begin_work(static_cast<HttpConnection*>(mark));
      }
    }
    const Clock::time_point now = Clock::now();
    reopening_ms = listen_again(now);
    has_waiting = !waiting_.empty();
    if (now - looked >= std::chrono::milliseconds(stuck_ms)) {
      looked = now;
      help_if_stuck();
    }
    if (now - swept < std::chrono::milliseconds(watch_ms)) continue;
    swept = now;
    drop_silent_connections(now);
  }
}

int HttpServer::Transport::listen_again(Clock::time_point now) {
  if (listener_.reopen(now)) watch_descriptor(listener_.descriptor(), &listener_);
  if (!listener_.reopening()) return watch_ms;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*listener_.reopening() - now);
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, watch_ms));
}

void HttpServer::Transport::refuse_connections(std::chrono::milliseconds duration) {
  {
    const std::lock_guard lock(mutex_);
    if (is_stopping_) return;
    listener_.refuse_until(Clock::now() + duration);
    // Closed by the watcher, which may have news of them already.
    for (const auto& [connection, owner] : connections_) {
      if (connection->is_parked) ::shutdown(connection->socket(), SHUT_RDWR);
    }
  }
  wake_watcher();
}

void HttpServer::Transport::accept_connections() {
  for (int i = 0; i < 256; ++i) {
    UniqueFd socket(::accept4(listener_.descriptor(), nullptr, nullptr, SOCK_CLOEXEC));
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

void HttpServer::Transport::drop_silent_connections(Clock::time_point now) {
  for (auto one = connections_.begin(); one != connections_.end();) {
    const HttpConnection& connection = *one->first;
    // One that is worked on belongs to its thread.
    if (!connection.is_parked) {
      ++one;
      continue;
    }
    const bool is_partial = connection.partial_since != Clock::time_point();
    const bool is_late = is_partial ? now - connection.partial_since > options_.patience
                                    : now - connection.parked_since > options_.idle_patience;
    one = is_late ? connections_.erase(one) : std::next(one);
  }
}

void HttpServer::Transport::begin_work(HttpConnection* connection) {
  connection->is_parked = false;
  waiting_.push_back(connection);
  ++waiting_count_;
  if (static_cast<std::size_t>(idle_threads_) >= waiting_.size() || threads_ >= eager_threads_max) {
    work_.notify_one();
  } else {
    start_thread();
  }
}

void HttpServer::Transport::help_if_stuck() {
  const bool is_stuck = !waiting_.empty() && taken_ == taken_before_;
  taken_before_ = taken_;
  if (!is_stuck) return;
  // A few at a time: on a busy machine nothing is taken for other reasons, too.
  const int wanted = std::min({static_cast<int>(waiting_.size()), helpers_at_once, threads_max - threads_});
  for (int i = 0; i < wanted; ++i) start_thread();
}

void HttpServer::Transport::start_thread() {
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

void HttpServer::Transport::work() {
  // sendfile(2) to a client that is gone would end the process.
  sigset_t broken_pipe;
  sigemptyset(&broken_pipe);
  sigaddset(&broken_pipe, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
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
    --waiting_count_;
    ++taken_;
    lock.unlock();
    const bool goes_on = serve(*connection);
    lock.lock();
    if (goes_on && !is_stopping_ && !listener_.reopening()) {
      park(*connection);
    } else {
      // Closed without the lock held it would be as well, but then stop() could come across it.
      connections_.erase(connection);
    }
  }
  --threads_;
  thread_ended_.notify_all();
}

void HttpServer::Transport::park(HttpConnection& connection) {
  connection.is_parked = true;
  connection.parked_since = Clock::now();
  epoll_event event{};
  event.events = EPOLLIN | EPOLLRDHUP | EPOLLONESHOT;
  event.data.ptr = &connection;
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, connection.socket(), &event);
}

}  // namespace snapsim
