#include "sim/serve/page.hpp"

#include <httplib.h>

#include "sim/serve/page_text.hpp"

namespace snapsim {

void mount_page(httplib::Server& server) {
  server.Get("/", [](const httplib::Request&, httplib::Response& response) {
    response.set_header("Content-Security-Policy", "default-src 'self' 'unsafe-inline'; img-src data:");
    response.set_content(page_text.data(), page_text.size(), "text/html; charset=utf-8");
  });
}

}  // namespace snapsim
