#pragma once

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "fake_glance/http/api_message.hpp"

namespace snapsim {

/// webob.exc.WSGIHTTPException: a call that Glance refuses. Thrown by the calls of the front, and made a response in
/// one place.
class Refusal : public std::exception {
 public:
  /// webob.exc.HTTPxxx(explanation=...).
  Refusal(int status_code, std::string explanation_text)
      : status(status_code), explanation(std::move(explanation_text)) {}
  /// webob.exc.HTTPxxx(detail): webob's own explanation, and then the detail.
  static Refusal with_detail(int status, std::string detail);
  /// webob.exc.HTTPxxx(): webob's own explanation.
  static Refusal plain(int status);

  const char* what() const noexcept override { return explanation.c_str(); }

  int status;
  std::string explanation;
  std::string detail{};
  std::vector<std::pair<std::string, std::string>> headers{};
};

/// WSGIHTTPException.generate_response: HTML, JSON or text, by what the client accepts.
ApiResponse refusal_response(const Refusal& refusal, const ApiRequest& request);

}  // namespace snapsim
