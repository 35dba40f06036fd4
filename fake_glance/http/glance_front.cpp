#include "fake_glance/http/glance_front.hpp"

#include <algorithm>
#include <httplib.h>
#include <utility>

#include "real/http/http_server.hpp"

namespace snapsim {
namespace {

std::optional<std::string> header(const httplib::Request& request, const char* name) {
  const auto found = request.headers.find(name);
  return found == request.headers.end() ? std::nullopt : std::optional(found->second);
}

ApiRequest api_request(const httplib::Request& request, const std::string& prefix, RequestBody& body) {
  ApiRequest made;
  made.method = request.method;
  const std::string target = request.target.substr(std::min(prefix.size(), request.target.size()));
  const std::size_t question = std::min(target.find('?'), target.size());
  made.path = target.substr(0, question);
  made.query = question < target.size() ? target.substr(question + 1) : "";
  made.base_url = "http://" +
                  header(request, "Host").value_or(request.local_addr + ":" + std::to_string(request.local_port)) +
                  prefix;
  made.token = header(request, "X-Auth-Token").value_or("");
  made.request_id = header(request, "X-Openstack-Request-Id");
  made.accept = header(request, "Accept");
  made.content_type = header(request, "Content-Type");
  made.range = header(request, "X-Range");  // as the server calls it for itself
  made.content_range = header(request, "Content-Range");
  made.append = header(request, "X-Openstack-Append");
  made.is_chunked = header(request, "Transfer-Encoding").has_value();
  const std::optional<std::string> length = header(request, "Content-Length");
  if (length) made.content_length = std::strtoull(length->c_str(), nullptr, 10);
  made.body = &body;
  return made;
}

void fill(httplib::Response& response, ApiResponse&& made) {
  response.status = made.status;
  for (auto& [name, value] : made.headers) response.set_header(name, value);
  if (made.file && made.file->length > 0) return answer_with_file(response, *made.file, made.content_type);
  response.body = std::move(made.body);
  if (!made.content_type.empty()) response.set_header("Content-Type", made.content_type);
}

}  // namespace

void GlanceFront::mount(HttpServer& server, const std::string& prefix) {
  server.mount(prefix, [this, prefix](const httplib::Request& request, httplib::Response& response, RequestBody& body) {
    fill(response, api_.answer(api_request(request, prefix, body)));
  });
}

}  // namespace snapsim
