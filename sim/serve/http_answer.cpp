#include "sim/serve/http_answer.hpp"

#include <ctime>
#include <httplib.h>
#include <random>
#include <regex>
#include <stdexcept>

#include <fmt/format.h>

#include "fake_glance/http/refusal.hpp"
#include "real/http/answer_mishap.hpp"
#include "real/http/http_status.hpp"
#include "sim/report/result_texts.hpp"
#include "sim/serve/wrong_hash.hpp"

namespace snapsim {
namespace {

/// The body of an error as the service writes it, and its type.
struct ErrorText {
  std::string type;
  std::string body;
};

/// Glance's errors are webob's: what kind of text they are depends on what the client accepts.
ErrorText error_text(const std::string& service, int status, const std::string& message,
                     const httplib::Request& request) {
  if (service != "image") return {"application/json", error_body(service, status, message).dump()};
  ApiRequest asked;
  asked.method = request.method;
  if (request.has_header("Accept")) asked.accept = request.get_header_value("Accept");
  ApiResponse made = refusal_response(Refusal(status, message), asked);
  return {std::move(made.content_type), std::move(made.body)};
}

/// A whole answer as it goes over the wire, after which the connection is closed.
std::string raw_answer(int status, const ErrorText& text, bool is_head) {
  return fmt::format(
      "HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nX-Openstack-Request-Id: {}\r\n"
      "Connection: close\r\n\r\n{}",
      status, status_title(status), text.type, text.body.size(), random_request_id(), is_head ? "" : text.body);
}

}  // namespace

HttpPlace place_of(const std::string& path) {
  for (const std::string_view service : {"identity", "compute", "image"}) {
    const std::string prefix = "/" + std::string(service);
    if (!path.starts_with(prefix)) continue;
    if (path.size() == prefix.size()) return {std::string(service), "/"};
    if (path[prefix.size()] == '/') return {std::string(service), path.substr(prefix.size())};
  }
  return {{}, path};
}

std::vector<std::string> projects_of(TokenValidator& tokens, const std::string& token) {
  try {
    const std::optional<Identity> identity = tokens.validate(token);
    if (identity) return {identity->project_name, identity->project_id};
  } catch (const std::runtime_error&) {
    return {};
  }
  return {};
}

void drop_connection() {
  AnswerMishap reset;
  reset.reset_after_bytes = 0;
  spoil_answer(reset);
}

bool apply_fault(const std::optional<HttpFault>& fault, const std::string& service, const httplib::Request& request) {
  if (!fault) return false;
  const std::chrono::milliseconds delay(fault->delay_ms);
  AnswerMishap mishap;
  mishap.reset_after_bytes = fault->reset_after_bytes;
  if (fault->refuse_ms > 0 && !mishap.reset_after_bytes) mishap.reset_after_bytes = 0;
  mishap.refuse_for = std::chrono::milliseconds(fault->refuse_ms);
  mishap.bytes_per_s = fault->body_bytes_per_s;
  if (fault->wrong_hash) add_wrong_hash(mishap);
  if (fault->status > 0) {
    const std::string message = fmt::format("{} (planned)", status_title(fault->status));
    mishap.instead =
        raw_answer(fault->status, error_text(service, fault->status, message, request), request.method == "HEAD");
  }
  const bool has_answer = fault->status == 0 && mishap.reset_after_bytes != 0;
  if (fault->after_request_bytes && spoil_body({*fault->after_request_bytes, delay, !has_answer, mishap})) return false;
  hold_request(delay);
  spoil_answer(mishap);
  return !has_answer && !fault->after_effect;
}

void answer_json(httplib::Response& response, int status, const Json& body) {
  response.status = status;
  response.set_content(body.dump(-1, ' ', false, Json::error_handler_t::replace), "application/json");
}

Json error_body(std::string_view service, int status, const std::string& message) {
  if (service == "compute") {
    return {{std::string(nova_fault_key(status)), {{"code", status}, {"message", message}}}};
  }
  if (service == "image") {
    return {{"message", message},
            {"code", fmt::format("{} {}", status, status_title(status))},
            {"title", status_title(status)}};
  }
  return {{"error", {{"code", status}, {"message", message}, {"title", status_title(status)}}}};
}

void answer_error(httplib::Response& response, std::string_view service, int status, const std::string& message) {
  answer_json(response, status, error_body(service, status, message));
}

std::string host_url(const httplib::Request& request) {
  const std::string host = request.get_header_value("Host");
  if (!host.empty()) return "http://" + host;
  return fmt::format("http://{}:{}", request.local_addr, request.local_port);
}

std::string iso_time(std::chrono::system_clock::time_point time, bool has_microseconds) {
  const auto since_epoch = std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
  constexpr std::int64_t second_us = 1'000'000;
  const auto seconds = static_cast<std::time_t>(since_epoch / second_us);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  const std::string text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", parts.tm_year + 1900, parts.tm_mon + 1,
                                       parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
  return has_microseconds ? fmt::format("{}.{:06}Z", text, since_epoch % second_us) : text + "Z";
}

std::optional<std::chrono::system_clock::time_point> time_from_iso(const std::string& text) {
  static const std::regex form(
      R"((\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?(Z|[+ -]\d\d:?\d\d)?)?)");
  std::smatch found;
  if (text.size() > 40 || !std::regex_match(text, found, form)) return std::nullopt;
  const auto number = [&found](std::size_t group) { return found[group].matched ? std::stoi(found[group]) : 0; };
  std::tm parts{};
  parts.tm_year = number(1) - 1900;
  parts.tm_mon = number(2) - 1;
  parts.tm_mday = number(3);
  parts.tm_hour = number(4);
  parts.tm_min = number(5);
  parts.tm_sec = number(6);
  const bool is_date = number(2) >= 1 && number(2) <= 12 && number(3) >= 1 && number(3) <= 31;
  if (!is_date || parts.tm_hour > 23 || parts.tm_min > 59 || parts.tm_sec > 59) return std::nullopt;
  std::time_t seconds = timegm(&parts);
  const std::string zone = found[7];
  if (zone.size() >= 5) {
    const std::int64_t offset = std::stoi(zone.substr(1, 2)) * 3600 + std::stoi(zone.substr(zone.size() - 2)) * 60;
    seconds += zone.front() == '-' ? offset : -offset;  // a plus in a query may have become a space
  }
  return std::chrono::system_clock::from_time_t(seconds);
}

std::string random_hex(std::size_t digits) {
  thread_local std::random_device device;
  std::string text;
  while (text.size() < digits) text += fmt::format("{:08x}", device());
  text.resize(digits);
  return text;
}

std::string random_request_id() {
  const std::string hex = random_hex(32);
  return fmt::format("req-{}-{}-4{}-a{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(13, 3), hex.substr(17, 3),
                     hex.substr(20, 12));
}

}  // namespace snapsim
