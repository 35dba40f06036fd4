#pragma once

#include <string>

#include "sim/nova/compute_api.hpp"
#include "sim/nova/config.hpp"
#include "sim/nova/failure.hpp"

namespace snapsim {

/// A request to nova-api about one server, parsed: POST /servers/{id}/action with its body, or DELETE /servers/{id}.
struct ServerRequest {
  Action action{};
  InstanceUuid instance;
  std::uint32_t index = 0;         ///< of the request: images that it makes have its name
  std::string name;                ///< of an image to be made
  std::string backup_type;         ///< of createBackup
  std::int32_t rotation = 1;       ///< of createBackup
  ImageId image;                   ///< of rebuild: imageRef; none where there is no such image
  RebootType reboot_type{};        ///< of reboot
  VmState state = VmState::error;  ///< of os-resetState
};

/// nova-api's answer.
struct ApiReply {
  int status = 0;   ///< HTTP status
  ImageId image;    ///< of an accepted createImage: its image_id
  Failure failure;  ///< of a refusal: what the message tells
};

/// nova/api/openstack/compute: ServersController and the controllers of the other actions on a server, from a request
/// that has been parsed to its answer.
class ServersController {
 public:
  /// All references must outlive the object.
  ServersController(Database& database, ComputeApi& compute_api, Journal& journal, const Config& config);

  /// Any request. It belongs to the world. Throws nothing: an exception is an answer.
  Task<ApiReply> answer(RequestContext context, const ServerRequest& request);

 private:
  Task<ApiReply> answer_or_throw(RequestContext context, const ServerRequest& request);
  Task<void> delete_server(RequestContext context, Instance& instance);
  Task<ImageId> act(RequestContext context, const ServerRequest& request, Instance& instance);

  Database& database_;
  ComputeApi& compute_api_;
  Journal& journal_;
  bool deletes_softly_;
  bool refuses_lost_claims_;
};

}  // namespace snapsim
