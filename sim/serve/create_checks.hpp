#pragma once

#include <string>
#include <vector>

#include "sim/serve/compute_fields.hpp"
#include "sim/serve/microversion.hpp"

namespace snapsim {

// nova/api/openstack/compute/servers.py and its schemas: what may be asked for with a new server, or a rebuilt one. All
// of it throws NovaRefusal in Nova's words.

/// The body of POST /servers: which keys it has in that version.
void check_create_keys(const Json& body, Microversion version);
/// "rebuild" and what it holds, in that version.
void check_rebuild_keys(const RequestFields& rebuild, Microversion version);
/// Whether the server gets an address. From 2.37 on the networks have to be said: a list, "auto" or "none". There is no
/// Neutron, so a network or port that is named does not exist.
bool has_network(const RequestFields& server, Microversion version);
/// The one group that there is, for every project, is "default".
void check_security_groups(const RequestFields& server);
/// Files to put into the guest, within the quotas. They are not put there.
void check_personality(const RequestFields& server);
/// What the server is to boot from or have attached. There is no Cinder, so no volume and no snapshot exists; the image
/// itself, and blank local disks, which are left out, may be named.
void check_block_devices(const RequestFields& server, const std::string& image_id);
/// "ZONE" or, from an admin, "ZONE:HOST". The one zone is "nova".
void check_availability_zone(const std::string& zone, const std::vector<std::string>& hosts, bool is_admin);

}  // namespace snapsim
