#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "fake_glance/identity.hpp"
#include "sim/serve/http_faults.hpp"

namespace httplib {
struct Request;
struct Response;
}  // namespace httplib

namespace snapsim {

using Json = nlohmann::ordered_json;

/// Which service a path is for ("identity", "compute", "image"; empty: none of them), and the rest of the path.
struct HttpPlace {
  std::string service;
  std::string path;
};
HttpPlace place_of(const std::string& path);

/// Name and id of the project that a token is scoped to; nothing where it is not valid, or that cannot be found out.
std::vector<std::string> projects_of(TokenValidator& tokens, const std::string& token);

/// Lets the fault happen to the request that this thread serves. True: it is not to be served.
bool apply_fault(const std::optional<HttpFault>& fault, const std::string& service, const httplib::Request& request);

/// The request that this thread serves gets no answer: its connection is reset.
void drop_connection();

void answer_json(httplib::Response& response, int status, const Json& body);
/// An error in the words of the service, as it writes the body.
void answer_error(httplib::Response& response, std::string_view service, int status, const std::string& message);
Json error_body(std::string_view service, int status, const std::string& message);

/// The scheme and host by which the client knows us, as in "http://127.0.0.1:8774".
std::string host_url(const httplib::Request& request);
/// "2026-11-28T08:00:00Z", or with microseconds where wanted.
std::string iso_time(std::chrono::system_clock::time_point time, bool has_microseconds = false);
/// "2026-11-28T08:00:00Z", with a fraction or an offset where there is one, or the day alone; none: it is no time.
std::optional<std::chrono::system_clock::time_point> time_from_iso(const std::string& text);
/// So many random hex digits.
std::string random_hex(std::size_t digits);
/// A random id in the shape of a request's: "req-" and a UUID.
std::string random_request_id();

}  // namespace snapsim
