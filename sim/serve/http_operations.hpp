#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace snapsim {

/// A request by its name, for faults that are not to name method and path.
struct HttpOperation {
  const char* name;     ///< "image_upload", or the key of a server's action: "createImage"
  const char* also;     ///< other names of it, with a blank between: Glance's policy's, the fault point's; may be empty
  const char* service;  ///< "identity", "compute" or "image"
  const char* method;
  const char* path;        ///< below the service's prefix, a `*` for any one segment: "/v2/images/*/file"
  bool is_action = false;  ///< an action of a server, told by the body
};

/// All that have names. Where two fit a request, the first one is meant; one operation may have several paths.
const std::vector<HttpOperation>& http_operations();

/// The operation of that name, or null.
const HttpOperation* find_http_operation(std::string_view name);

/// Name of the operation that a request is; empty where it has none. Of a server's action it is "server_action".
std::string_view operation_of(std::string_view service, std::string_view method, std::string_view path);

}  // namespace snapsim
