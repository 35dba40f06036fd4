#include "real/http/http_server.hpp"

#include <sys/resource.h>
#include <utility>

#include "real/http/http_transport.hpp"

namespace snapsim {

HttpServer::HttpServer(HttpServerOptions options) : transport_(std::make_unique<Transport>(std::move(options))) {}

HttpServer::~HttpServer() {
  stop();
}

httplib::Server& HttpServer::routes() {
  return *transport_;
}

void HttpServer::mount(std::string prefix, FrontHandler handler) {
  transport_->add_front(std::move(prefix), std::move(handler));
}

void HttpServer::before_each_request(RequestHook hook) {
  transport_->before_each(std::move(hook));
}

void HttpServer::limit_bodies(std::string prefix, std::size_t bytes_max, LongBodyHandler refuse) {
  transport_->limit_bodies({std::move(prefix), bytes_max, std::move(refuse)});
}

void HttpServer::when_cut(std::function<void()> hook) {
  transport_->when_cut(std::move(hook));
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

void answer_with_file(httplib::Response& response, const FilePart& part, const std::string& content_type) {
  const auto provide = [part](std::size_t offset, std::size_t length, httplib::DataSink& sink) {
    FilePart next = part;
    next.offset += static_cast<std::int64_t>(offset);
    next.length = static_cast<std::int64_t>(length);
    static const char nothing = 0;
    HttpConnection::current()->send_file_next(next);
    return sink.write(&nothing, length);
  };
  response.set_content_provider(static_cast<std::size_t>(part.length), content_type, provide);
}

void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

void spoil_answer(const AnswerMishap& mishap) {
  if (HttpConnection* const connection = HttpConnection::current()) connection->spoil(mishap);
}

bool spoil_body(const BodyMishap& mishap) {
  HttpConnection* const connection = HttpConnection::current();
  return connection != nullptr && connection->spoil_body(mishap);
}

void hold_request(std::chrono::milliseconds duration) {
  if (const HttpConnection* const connection = HttpConnection::current()) connection->pause(duration);
}

}  // namespace snapsim
