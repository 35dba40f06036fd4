#include "fake_glance/http/http_server.hpp"

#include <utility>

#include "fake_glance/http/http_transport.hpp"

namespace snapsim {

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

}  // namespace snapsim
