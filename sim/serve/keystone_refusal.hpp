#pragma once

#include <functional>
#include <stdexcept>
#include <string>

namespace httplib {
struct Request;
struct Response;
}  // namespace httplib

namespace snapsim {

/// Keystone's answer to what it does not do.
struct KeystoneRefusal : std::runtime_error {
  KeystoneRefusal(int http_status, const std::string& message) : std::runtime_error(message), status(http_status) {}
  int status;
};

/// Runs the handler of a request to Keystone; a refusal that it throws becomes the answer.
void keystone_handle(const httplib::Request& request, httplib::Response& response,
                     const std::function<void()>& handler);

}  // namespace snapsim
