#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "fake_glance/http/images_api.hpp"
#include "fake_glance/identity.hpp"
#include "sim/serve/http_answer.hpp"
#include "sim/serve/http_faults.hpp"
#include "sim/serve/image_directory.hpp"
#include "sim/serve/microversion.hpp"
#include "sim/serve/server_groups.hpp"
#include "sim/serve/server_table.hpp"
#include "sim/serve/server_view.hpp"

namespace httplib {
class Server;
}

namespace snapsim {

/// Nova's answer to what it does not do.
struct NovaRefusal : std::runtime_error {
  NovaRefusal(int http_status, const std::string& message) : std::runtime_error(message), status(http_status) {}
  int status;
};

/// The id of the request with that index of the cloud's session, by which it stands in all logs.
std::string cloud_request_id(std::uint32_t request);

/// A request to the compute API whose sender and version are known.
struct ComputeCall {
  const httplib::Request& request;
  httplib::Response& response;
  Identity identity;
  Microversion version;
  std::string request_id;

  /// The body, an object. Throws NovaRefusal (400) where it is none.
  Json body() const;
  /// The object under the body's key, as of {"server": {...}}. Throws NovaRefusal (400) where there is none.
  Json body_object(const char* key) const;
  void require_admin(const char* policy) const;
};

/// Nova's compute API v2.1 as far as the life cycle of servers and their snapshots needs it, in front of the simulated
/// cloud. What it answers of states is what the cloud's database says, and does not run ahead of what Glance shows: an
/// answer about a server waits until the images made of it that are active in the cloud have their bytes there.
class ComputeFront {
 public:
  /// References must outlive the object.
  ComputeFront(Cloud& cloud, TokenValidator& tokens, ImageDirectory& images, ImagesApi& glance, HttpFaults& faults)
      : cloud_(cloud), tokens_(tokens), images_(images), glance_(glance), faults_(faults), servers_(cloud) {}

  /// All routes, below `prefix` ("/compute").
  void mount(httplib::Server& server, const std::string& prefix);
  /// Forgets all servers, as the cloud has that was reset.
  void reset();
  ServerTable& servers() { return servers_; }

 private:
  using Method = void (ComputeFront::*)(ComputeCall&);
  struct Router;
  /// What an action's handler gets: the server, and what stands under the action's key.
  struct ActionCall {
    ComputeCall& call;
    std::string name;  ///< "createImage"
    Json arguments;
    Server server;
  };
  using ActionMethod = void (ComputeFront::*)(ActionCall&);
  /// What a project has of what quotas limit.
  struct ProjectUsage {
    int instances = 0;
    int cores = 0;
    int ram_mib = 0;
    int server_groups = 0;
  };

  void mount_servers(Router& router);
  void mount_images(Router& router);
  void mount_rest(Router& router);
  void handle(const httplib::Request& request, httplib::Response& response, Method method);
  static void show_versions(const httplib::Request& request, httplib::Response& response);
  ServerViewer viewer(const ComputeCall& call, bool is_show) const;
  /// For the answer to what has changed a server.
  ServerViewer change_viewer(const ComputeCall& call) const;
  Server visible_server(const ComputeCall& call, const std::string& id, bool is_deleted_too = false);
  /// The one that the path names.
  Server server_of_path(const ComputeCall& call);

  // compute_list.cpp
  void list_servers(ComputeCall& call);
  void list_server_details(ComputeCall& call);
  void list(ComputeCall& call, bool has_details);
  // compute_servers.cpp
  void show_server(ComputeCall& call);
  void delete_server(ComputeCall& call);
  void update_server(ComputeCall& call);
  // compute_metadata.cpp
  void list_metadata(ComputeCall& call);
  void change_metadata(ComputeCall& call);
  void show_metadata_item(ComputeCall& call);
  void set_metadata_item(ComputeCall& call);
  void delete_metadata_item(ComputeCall& call);
  void list_tags(ComputeCall& call);
  void replace_tags(ComputeCall& call);
  void delete_tags(ComputeCall& call);
  void show_tag(ComputeCall& call);
  void add_tag(ComputeCall& call);
  void delete_tag(ComputeCall& call);
  void list_addresses(ComputeCall& call);
  void list_addresses_of_network(ComputeCall& call);
  void show_password(ComputeCall& call);
  void clear_password(ComputeCall& call);
  void list_security_groups_of_server(ComputeCall& call);
  void list_nothing(ComputeCall& call);
  // compute_create.cpp
  void check_key_name(const ComputeCall& call, const std::optional<std::string>& key_name);
  void create_server(ComputeCall& call);
  // compute_actions.cpp
  void act(ComputeCall& call);
  std::optional<CloudAnswer> put(ActionCall& action, RequestSpec spec, ImageLabel label = {});
  void accept(ActionCall& action, Action what);
  void create_image(ActionCall& action);
  void create_backup(ActionCall& action);
  void answer_with_image(ActionCall& action, const CloudAnswer& answer, bool has_image);
  void reboot(ActionCall& action);
  void rebuild(ActionCall& action);
  void rescue(ActionCall& action);
  void reset_state(ActionCall& action);
  void shelve(ActionCall& action);
  void shelve_offload(ActionCall& action);
  void restore(ActionCall& action);
  void lock(ActionCall& action);
  void unlock(ActionCall& action);
  void console_output(ActionCall& action);
  // compute_events.cpp
  void list_actions(ComputeCall& call);
  void show_action(ComputeCall& call);
  // compute_images.cpp
  ApiResponse ask_glance(const ComputeCall& call, const std::string& method, const std::string& path,
                         const std::string& query = {}, const Json& body = {});
  Json glance_image(const ComputeCall& call);
  void change_image_metadata(const ComputeCall& call, const Json& image, const Json& metadata, bool is_whole);
  void list_images(ComputeCall& call);
  void list_image_details(ComputeCall& call);
  void list_images_as(ComputeCall& call, bool has_details);
  void show_image(ComputeCall& call);
  void delete_image(ComputeCall& call);
  void list_image_metadata(ComputeCall& call);
  void add_image_metadata(ComputeCall& call);
  void replace_image_metadata(ComputeCall& call);
  void show_image_metadata_item(ComputeCall& call);
  void set_image_metadata_item(ComputeCall& call);
  void delete_image_metadata_item(ComputeCall& call);
  // compute_groups.cpp
  ServerGroup group_of_path(const ComputeCall& call, const char* policy);
  void list_server_groups(ComputeCall& call);
  void create_server_group(ComputeCall& call);
  void show_server_group(ComputeCall& call);
  void delete_server_group(ComputeCall& call);
  std::string hinted_group(const ComputeCall& call, const Json& body, std::size_t count);
  // compute_catalog.cpp
  void list_flavors(ComputeCall& call);
  void list_flavor_details(ComputeCall& call);
  void show_flavor(ComputeCall& call);
  void show_flavor_specs(ComputeCall& call);
  ProjectUsage usage_of(const std::string& project_id);
  void show_limits(ComputeCall& call);
  void list_availability_zones(ComputeCall& call);
  void list_extensions(ComputeCall& call);
  void list_security_groups(ComputeCall& call);
  void show_quota_set(ComputeCall& call);
  void list_services(ComputeCall& call);
  void list_hypervisors(ComputeCall& call);
  // compute_keypairs.cpp
  void list_keypairs(ComputeCall& call);
  void create_keypair(ComputeCall& call);
  void show_keypair(ComputeCall& call);
  void delete_keypair(ComputeCall& call);

  /// By name; each user has his own.
  using Keypairs = std::map<std::string, Json>;

  Cloud& cloud_;
  TokenValidator& tokens_;
  ImageDirectory& images_;
  ImagesApi& glance_;
  HttpFaults& faults_;
  ServerTable servers_;
  ServerGroupTable groups_;
  std::mutex mutex_;  // of what follows
  std::map<std::string, Keypairs> keypairs_;
  int keypairs_made_ = 0;
};

}  // namespace snapsim
