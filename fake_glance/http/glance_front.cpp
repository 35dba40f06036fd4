#include "fake_glance/http/glance_front.hpp"

#include "fake_glance/http/http_server.hpp"

namespace snapsim {

void GlanceFront::mount(httplib::Server& server, const std::string& prefix) {
  mount_handler(server, prefix, [this](const ApiRequest& request) { return api_.answer(request); });
}

}  // namespace snapsim
