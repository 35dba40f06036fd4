#pragma once

#include <string>

#include "sim/nova/compute_api.hpp"
#include "sim/nova/failure.hpp"

namespace snapsim {

/// nova-api's answer to POST /servers/{id}/action.
struct ApiReply {
  int status = 0;   ///< HTTP status
  ImageId image;    ///< of an accepted createImage: its image_id
  Failure failure;  ///< of a refusal: what the message tells
};

/// nova/api/openstack/compute/servers.py: ServersController, from a request that has been parsed to its answer.
class ServersController {
 public:
  /// All references must outlive the object.
  ServersController(Database& database, ComputeApi& compute_api, Journal& journal);

  /// _action_create_image(). `name` is what the body names the image; it belongs to the world. Throws nothing: an
  /// exception is an answer.
  Task<ApiReply> create_image(RequestContext context, ImageCreation image, const std::string& name);

 private:
  Task<ApiReply> action_create_image(RequestContext context, ImageCreation image, const std::string& name);

  Database& database_;
  ComputeApi& compute_api_;
  Journal& journal_;
};

}  // namespace snapsim
