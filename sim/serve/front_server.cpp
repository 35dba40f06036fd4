#include "sim/serve/front_server.hpp"

#include <httplib.h>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "fake_glance/http/refusal.hpp"
#include "sim/serve/http_answer.hpp"
#include "sim/world/storage.hpp"

namespace snapsim {
namespace {

/// oslo_middleware/sizelimit.py, [oslo_middleware]max_request_body_size.
constexpr std::size_t body_max_bytes = 114'688;

/// RequestBodySizeLimiter's answer, which webob makes.
void refuse_long_body(const httplib::Request& request, httplib::Response& response, bool is_chunked) {
  ApiRequest asked;
  asked.method = request.method;
  if (request.has_header("Accept")) asked.accept = request.get_header_value("Accept");
  const Refusal refusal(
      413, is_chunked ? fmt::format("Request is too large. Larger than {}.", body_max_bytes)
                      : fmt::format("Request is too large. Larger than max_request_body_size ({}).", body_max_bytes));
  const ApiResponse made = refusal_response(refusal, asked);
  response.status = made.status;
  response.set_content(made.body, made.content_type);
  response.set_header("X-Openstack-Request-Id", random_request_id());
}

}  // namespace

FrontServer::FrontServer(HttpServerOptions options, HttpFaults& faults, RequestTokens& tokens)
    : faults_(faults), tokens_(tokens), http_(std::move(options)) {
  http_.before_each_request(
      [this](const httplib::Request& request, httplib::Response&) { return meet_fault(request); });
  for (const char* const service : {"/identity", "/compute"}) {
    http_.limit_bodies(service, body_max_bytes, refuse_long_body);
  }
  httplib::Server& routes = http_.routes();
  routes.set_exception_handler([](const httplib::Request& request, httplib::Response& response, std::exception_ptr) {
    answer_error(response, place_of(request.path).service, 500, "The server has met a defect of its own.");
  });
  routes.set_error_handler([](const httplib::Request& request, httplib::Response& response) {
    if (!response.body.empty()) return;
    answer_error(response, place_of(request.path).service, response.status, "The resource could not be found.");
  });
}

/// True: the request is not to be served.
bool FrontServer::meet_fault(const httplib::Request& request) {
  tokens_.begin_request();
  const HttpPlace place = place_of(request.path);
  if (place.service.empty()) return false;
  const std::string token = request.get_header_value("X-Auth-Token");
  HttpCall call{place.service, request.method, place.path, {}, {}};
  if (!token.empty()) call.projects = [this, token] { return projects_of(tokens_, token); };
  return apply_fault(faults_.meet(call), place.service, request);
}

int FrontServer::start() {
  try {
    http_.start();
  } catch (const std::system_error& error) {
    const bool is_taken = error.code() == std::errc::address_in_use;
    throw OutsideError(OutsideError::Kind::failed,
                       error.what() + std::string(is_taken ? "; --port 0 takes a free port" : ""));
  }
  return http_.port();
}

}  // namespace snapsim
