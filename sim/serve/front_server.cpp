#include "sim/serve/front_server.hpp"

#include <cerrno>
#include <cstring>
#include <mutex>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

#include "sim/serve/connection.hpp"
#include "sim/serve/http_answer.hpp"
#include "sim/world/storage.hpp"

namespace snapsim {
namespace {

using Clock = std::chrono::steady_clock;

/// A connection that is kept open takes a thread.
constexpr std::size_t thread_count = 48;
constexpr auto keep_alive = std::chrono::seconds(10);
/// Told to clients; nobody counts.
constexpr std::size_t keep_alive_requests = 1000;
constexpr std::size_t body_bytes_max = 64u * 1024 * 1024;

/// Why nobody can listen there; empty: somebody can.
std::string defect_of_address(const std::string& host, int port) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (error != 0) return std::string("no such address: ") + gai_strerror(error);
  std::string defect;
  const int fd = ::socket(found->ai_family, found->ai_socktype, found->ai_protocol);
  const int yes = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  const bool may_listen = fd >= 0 && bind(fd, found->ai_addr, found->ai_addrlen) == 0 && listen(fd, 1) == 0;
  if (!may_listen) defect = std::strerror(errno);
  if (!may_listen && errno == EADDRINUSE) defect = "another program listens there; --port 0 takes a free port";
  if (fd >= 0) close(fd);
  freeaddrinfo(found);
  return defect;
}

}  // namespace

/// The HTTP library's server, with our own connections.
class FrontServer::Library final : public httplib::Server {
 public:
  std::atomic<bool> is_stopping{false};
  std::atomic<bool> has_ended{false};
  std::atomic<Clock::rep> last_request{Clock::now().time_since_epoch().count()};

 private:
  bool process_and_close_socket(socket_t fd) override {
    Connection connection(fd, is_stopping);
    const Connection::Use use(connection);
    Clock::time_point idle_since = Clock::now();
    while (!is_stopping && Clock::now() - idle_since < keep_alive) {
      if (!connection.wait_readable(100)) continue;
      last_request = Clock::now().time_since_epoch().count();
      bool is_closed = false;
      const bool is_good = process_request(connection, false, is_closed, nullptr);
      last_request = Clock::now().time_since_epoch().count();
      if (!connection.end_request() || !is_good || is_closed) break;
      idle_since = Clock::now();
    }
    shutdown(fd, SHUT_WR);
    close(fd);
    return true;
  }
};

FrontServer::FrontServer(HttpFaults& faults, TokenValidator& tokens)
    : faults_(faults), tokens_(tokens), library_(std::make_unique<Library>()) {
  library_->new_task_queue = [] { return new httplib::ThreadPool(thread_count); };
  library_->set_payload_max_length(body_bytes_max);
  // A port that is taken must be refused, so no SO_REUSEPORT, which the library would set.
  library_->set_socket_options([](socket_t fd) {
    const int yes = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  });
  library_->set_tcp_nodelay(true);
  library_->set_keep_alive_timeout(keep_alive.count());
  library_->set_keep_alive_max_count(keep_alive_requests);
  library_->set_pre_routing_handler([this](const httplib::Request& request, httplib::Response&) {
    const HttpPlace place = place_of(request.path);
    if (place.service.empty()) return httplib::Server::HandlerResponse::Unhandled;
    HttpCall call{place.service, request.method, place.path, {}, {}};
    const std::string token = request.get_header_value("X-Auth-Token");
    call.projects = [this, token] { return projects_of(tokens_, token); };
    const bool is_done = apply_fault(faults_.meet(call), place.service, request);
    return is_done ? httplib::Server::HandlerResponse::Handled : httplib::Server::HandlerResponse::Unhandled;
  });
  library_->set_exception_handler([](const httplib::Request& request, httplib::Response& response, std::exception_ptr) {
    answer_error(response, place_of(request.path).service, 500, "The server has met a defect of its own.");
  });
  library_->set_error_handler([](const httplib::Request& request, httplib::Response& response) {
    if (!response.body.empty()) return;
    answer_error(response, place_of(request.path).service, response.status, "The resource could not be found.");
  });
}

FrontServer::~FrontServer() {
  stop();
}

httplib::Server& FrontServer::routes() {
  return *library_;
}

int FrontServer::start(const std::string& host, int port) {
  const std::string defect = defect_of_address(host, port);
  const std::string where = host + ":" + std::to_string(port);
  if (!defect.empty()) throw OutsideError(OutsideError::Kind::failed, "cannot listen on " + where + ": " + defect);
  const int bound = port == 0 ? library_->bind_to_any_port(host) : library_->bind_to_port(host, port) ? port : -1;
  if (bound <= 0) throw OutsideError(OutsideError::Kind::failed, "cannot listen on " + where);
  thread_ = std::thread([this] {
    library_->listen_after_bind();
    library_->has_ended = true;
  });
  return bound;
}

void FrontServer::stop() {
  if (!thread_.joinable()) return;
  library_->is_stopping = true;
  // The library cannot be stopped before it runs.
  while (!library_->is_running() && !library_->has_ended) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  library_->stop();
  thread_.join();
}

Clock::duration FrontServer::idle() const {
  return Clock::now() - Clock::time_point(Clock::duration(library_->last_request.load()));
}

}  // namespace snapsim
