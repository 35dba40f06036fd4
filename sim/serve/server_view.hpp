#pragma once

#include <string>

#include "sim/serve/cloud.hpp"
#include "sim/serve/flavors.hpp"
#include "sim/serve/http_answer.hpp"
#include "sim/serve/microversion.hpp"
#include "sim/serve/server_table.hpp"

namespace snapsim {

/// How one answer shows servers.
struct ServerViewer {
  const Cloud& cloud;
  std::string url;  ///< by which the client knows us
  Microversion version;
  bool is_admin = false;
  bool is_show = true;    ///< one server, not a list with details
  bool is_brief = false;  ///< the answer to a change, which before 2.75 shows less
};

// nova/api/openstack/compute/views/servers.py

/// GET /servers: id, name, links.
Json server_basic_json(const ServerViewer& viewer, const Server& server);
/// GET /servers/detail and /servers/{id}: what the microversion shows.
Json server_detail_json(const ServerViewer& viewer, const Server& server);
Json server_links_json(const std::string& url, const std::string& id);
/// A flavor by itself.
Json flavor_json(const Flavor& flavor, const std::string& url, Microversion version, bool has_details);

}  // namespace snapsim
