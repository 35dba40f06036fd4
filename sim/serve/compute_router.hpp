#pragma once

#include <httplib.h>
#include <string>

#include "sim/serve/compute_front.hpp"

namespace snapsim {

/// Mounts the front's methods on the HTTP library's server, below one prefix.
struct ComputeFront::Router {
  ComputeFront& front;
  httplib::Server& server;
  std::string at;  ///< "/compute/v2.1"

  void get(const std::string& path, Method method) { server.Get(at + path, handler(method)); }
  void post(const std::string& path, Method method) { server.Post(at + path, handler(method)); }
  void put(const std::string& path, Method method) { server.Put(at + path, handler(method)); }
  void del(const std::string& path, Method method) { server.Delete(at + path, handler(method)); }

  httplib::Server::Handler handler(Method method) const {
    return [&served = front, method](const httplib::Request& request, httplib::Response& response) {
      served.handle(request, response, method);
    };
  }
};

}  // namespace snapsim
