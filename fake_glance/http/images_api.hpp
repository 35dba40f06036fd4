#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "fake_glance/http/api_message.hpp"
#include "fake_glance/http/image_importer.hpp"
#include "fake_glance/http/image_service.hpp"
#include "fake_glance/http/python_text.hpp"
#include "fake_glance/http/refusal.hpp"
#include "fake_glance/identity.hpp"

namespace snapsim {

struct ImagesApiOptions {
  /// What a refused client is told about where to get a token (WWW-Authenticate).
  std::string keystone_url = "http://127.0.0.1:5000";
  /// image_size_cap: an upload that is longer is refused.
  std::int64_t image_size_cap_bytes = std::int64_t{1} << 40;
  /// What web-download may fetch.
  ImportFilter import_filter;
};

/// The Images API v2 of Glance 25.1 as a function from requests to responses; of sockets it knows nothing. Called from
/// several threads at once. The calls stand in one file for each controller of glance/api/v2.
class ImagesApi {
 public:
  /// The first two are not owned.
  ImagesApi(ImageService& service, TokenValidator& tokens, ImagesApiOptions options = {});

  /// Never throws on behalf of the client.
  ApiResponse answer(const ApiRequest& request);
  /// Cuts the imports that go on in the background: their images are queued again when it returns.
  void stop_imports() { importer_.stop(); }

 private:
  /// A call that has got as far as a controller.
  struct Call {
    const ApiRequest& request;
    Identity who;
    std::vector<std::string> path;  ///< the decoded segments after /v2
    std::string request_id;
  };
  using Lock = std::unique_lock<std::mutex>;
  using Controller = ApiResponse (ImagesApi::*)(const Call&);
  struct Route {
    const char* method;
    const char* pattern;  ///< segments after /v2; "*" stands for any one
    Controller controller;
    bool rejects_body = false;
    bool names_methods = true;  ///< other methods get 405 and what is allowed, not 404
  };
  static const std::vector<Route>& routes();
  static std::vector<Route> image_routes();
  static std::vector<Route> metadef_routes();

  ApiResponse negotiate_version(const ApiRequest& request);
  ApiResponse authenticated(const ApiRequest& request, std::vector<std::string> path);
  ApiResponse routed(const Call& call);
  ApiResponse versions(const ApiRequest& request, int status) const;

  // images.py: image_calls.cpp, image_patch.cpp, image_list.cpp, image_import.cpp, task_calls.cpp
  ApiResponse create_image(const Call& call);
  ApiResponse show_image(const Call& call);
  ApiResponse list_images(const Call& call);
  ApiResponse update_image(const Call& call);
  ApiResponse delete_image(const Call& call);
  ApiResponse image_tasks(const Call& call);
  ApiResponse import_image(const Call& call);
  // image_data.py: image_data_calls.cpp
  ApiResponse upload(const Call& call);
  ApiResponse stage(const Call& call);
  ApiResponse download(const Call& call);
  // image_actions.py, image_tags.py: image_calls.cpp
  ApiResponse deactivate(const Call& call);
  ApiResponse reactivate(const Call& call);
  ApiResponse put_tag(const Call& call);
  ApiResponse delete_tag(const Call& call);
  // image_members.py: member_calls.cpp
  ApiResponse list_members(const Call& call);
  ApiResponse create_member(const Call& call);
  ApiResponse show_member(const Call& call);
  ApiResponse update_member(const Call& call);
  ApiResponse delete_member(const Call& call);
  // tasks.py: task_calls.cpp
  ApiResponse list_tasks(const Call& call);
  ApiResponse create_task(const Call& call);
  ApiResponse show_task(const Call& call);
  ApiResponse delete_task(const Call& call);
  // schemas.py, discovery.py, cached_images.py: discovery_calls.cpp
  ApiResponse schema(const Call& call);
  ApiResponse info_import(const Call& call);
  ApiResponse info_stores(const Call& call);
  ApiResponse info_usage(const Call& call);
  ApiResponse delete_from_store(const Call& call);
  ApiResponse cache_state(const Call& call);
  ApiResponse clear_cache(const Call& call);
  ApiResponse queue_for_cache(const Call& call);

  // metadef_namespaces.py: metadef_namespace_calls.cpp
  ApiResponse list_metadef_namespaces(const Call& call);
  ApiResponse create_metadef_namespace(const Call& call);
  ApiResponse show_metadef_namespace(const Call& call);
  ApiResponse update_metadef_namespace(const Call& call);
  ApiResponse delete_metadef_namespace(const Call& call);
  ApiResponse delete_metadef_objects(const Call& call);
  ApiResponse delete_metadef_properties(const Call& call);
  ApiResponse delete_metadef_tags(const Call& call);
  // metadef_resource_types.py: metadef_resource_type_calls.cpp
  ApiResponse list_metadef_resource_types(const Call& call);
  ApiResponse list_metadef_associations(const Call& call);
  ApiResponse create_metadef_association(const Call& call);
  ApiResponse delete_metadef_association(const Call& call);
  // metadef_objects.py: metadef_object_calls.cpp
  ApiResponse list_metadef_objects(const Call& call);
  ApiResponse create_metadef_object(const Call& call);
  ApiResponse show_metadef_object(const Call& call);
  ApiResponse update_metadef_object(const Call& call);
  ApiResponse delete_metadef_object(const Call& call);
  // metadef_properties.py: metadef_property_calls.cpp
  ApiResponse list_metadef_properties(const Call& call);
  ApiResponse create_metadef_property(const Call& call);
  ApiResponse show_metadef_property(const Call& call);
  ApiResponse update_metadef_property(const Call& call);
  ApiResponse delete_metadef_property(const Call& call);
  // metadef_tags.py: metadef_tag_calls.cpp
  ApiResponse list_metadef_tags(const Call& call);
  ApiResponse create_metadef_tags(const Call& call);
  ApiResponse create_metadef_tag(const Call& call);
  ApiResponse show_metadef_tag(const Call& call);
  ApiResponse update_metadef_tag(const Call& call);
  ApiResponse delete_metadef_tag(const Call& call);
  ApiResponse metadef_schema(const Call& call);

  Lock lock() const { return Lock(service_.mutex); }
  /// Gives the lock back and returns when all that was changed under it is durable; 500 where it cannot become so.
  void commit(Lock lock);
  /// The image, if it is there and the caller may see it (db/sqlalchemy/api.py: _image_get).
  std::optional<ImageId> find_visible(const Call& call, std::string_view uuid) const;
  /// The same, or 404 "No image found with ID".
  ImageId visible_image(const Call& call, std::string_view uuid) const;
  /// v2/policy.py, check_is_image_mutable, as a question.
  bool is_mutable(const Call& call, ImageId image) const;
  /// The same, or 403.
  void check_mutable(const Call& call, ImageId image) const;
  /// POST .../actions/...: both directions.
  ApiResponse change_activity(const Call& call, bool is_activation);
  /// What an upload and a stage do with the body. Throws Refusal after `abort` where it did not come whole.
  void receive(const Call& call, HashingUpload& upload, const std::function<void()>& abort);
  /// image.status = ... of the domain model, as a refusal: 409 for the transition, 400 for the formats.
  void check_transition(ImageId image, ImageStatus to) const;
  /// The image that an import is for. Throws Refusal where that method cannot be used on it.
  ImageId importable_image(const Call& call, const std::string& method, const OrderedJson& body) const;
  /// The image gets a task of that import, which has begun; the id of it.
  std::string add_task(const Call& call, ImageId image, const OrderedJson& body);
  /// The definitions, with the resource types that every Glance with its own definitions loaded knows. Under the lock.
  MetadefStore& metadefs();
  /// The namespace of the path, if it is there and the caller may see it; else 404 "Namespace X not found".
  MetadefNamespace& visible_metadefs(const Call& call);
  /// The same, or 403 where the caller may not do that (an action of policies/metadef.py).
  MetadefNamespace& changeable_metadefs(const Call& call, const char* action);
  /// DELETE of all objects, properties or tags of a namespace.
  ApiResponse clear_metadefs(const Call& call, MetadefItems MetadefNamespace::*items);
  /// Takes one of the namespace's items out, or 403 where it is protected. `kind` as in "object".
  void remove_metadef(MetadefNamespace& space, MetadefItems& items, const MetadefItem& item, const char* kind);
  const ImageMember& visible_member(const Call& call, ImageId image) const;
  ApiResponse image_response(ImageId image, int status) const;
  /// The same, of an image that the caller has just described: an owner "" is stored as null
  /// (db/sqlalchemy/api.py: _image_update), but this answer still has it as it was given.
  ApiResponse saved_image_response(ImageId image, int status);

  ImageService& service_;
  TokenValidator& tokens_;
  ImagesApiOptions options_;
  ImageImporter importer_;
};

/// The body as JSON (wsgi.JSONRequestDeserializer): 400 where there is none, or it is no object or array.
OrderedJson json_body(const ApiRequest& request);
/// A response without a body, as webob makes it.
ApiResponse empty_response(int status);
/// A response of JSON.
ApiResponse json_response(int status, std::string body);
/// "foo_bar" as Python's str.title() makes it: "Foo_Bar".
std::string python_title(std::string_view text);
/// The tags of a request, each once. Glance keeps them in a set, whose order is nobody's promise.
std::vector<std::string> unique_tags(const OrderedJson& tags);
/// 413 where there are more tags, properties or members than the quota allows.
void check_tag_quota(std::size_t tags);
void check_property_quota(const ImageDescription& image);
/// 400 for characters and numbers that the database cannot hold.
void check_storable(const ImageDescription& image);
/// 403 where the role does not allow that visibility.
void check_visibility(const Identity& who, const std::string& visibility);
/// Whether somebody may see an image that looks like that (db/sqlalchemy/api.py: is_image_visible).
bool is_visible(const Identity& who, const ImageDescription& image);
/// True for names that only Glance itself may set.
bool is_reserved_name(std::string_view name);

}  // namespace snapsim
