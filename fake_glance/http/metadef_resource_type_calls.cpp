#include "fake_glance/http/images_api.hpp"
#include "fake_glance/http/metadef_refusal.hpp"
#include "fake_glance/http/metadef_request.hpp"
#include "fake_glance/http/metadef_schemas.hpp"
#include "fake_glance/http/metadef_view.hpp"
#include "fake_glance/http/refusal.hpp"

namespace snapsim {
namespace {

/// Those that the definitions which come with Glance (`glance-manage db_load_metadefs`) are for.
constexpr const char* first_resource_types[] = {"OS::Cinder::Volume", "OS::Glance::Image", "OS::Nova::Aggregate",
                                                "OS::Nova::Flavor",   "OS::Nova::Server",  "OS::Trove::Instance"};

std::string list_of(const char* name, const MetadefItems& items) {
  OrderedJson body;
  body[name] = OrderedJson::array();
  for (const MetadefItem& item : items) body[name].push_back(shown_metadef_item(item));
  return python_json(body);
}

}  // namespace

MetadefStore& ImagesApi::metadefs() {
  MetadefStore& store = service_.metadefs;
  if (store.resource_types().empty()) {
    const std::int64_t now_us = service_.catalogue.next_moment_us();
    for (const char* name : first_resource_types) store.know_resource_type(name, now_us);
  }
  return store;
}

ApiResponse ImagesApi::list_metadef_resource_types(const Call&) {
  const Lock lock = this->lock();
  return json_response(200, list_of("resource_types", metadefs().resource_types()));
}

ApiResponse ImagesApi::list_metadef_associations(const Call& call) {
  const Lock lock = this->lock();
  return json_response(200, list_of("resource_type_associations", visible_metadefs(call).associations));
}

ApiResponse ImagesApi::create_metadef_association(const Call& call) {
  const OrderedJson body = metadef_body(call.request, *metadef_schema_named("resource_type"));
  Lock lock = this->lock();
  MetadefNamespace& space = changeable_metadefs(call, "add_metadef_resource_type_association");
  const std::string name = body["name"];
  if (find_metadef(space.associations, name) != nullptr) {
    throw duplicate_metadef_association(name, space);
  }
  const std::int64_t now_us = service_.catalogue.next_moment_us();
  metadefs().know_resource_type(name, now_us);
  space.associations.push_back({name, body, now_us, now_us});
  metadefs().changed(space);
  const std::string shown = python_json(shown_metadef_item(space.associations.back()));
  commit(std::move(lock));
  return json_response(201, shown);
}

ApiResponse ImagesApi::delete_metadef_association(const Call& call) {
  Lock lock = this->lock();
  MetadefNamespace& space = changeable_metadefs(call, "remove_metadef_resource_type_association");
  const std::string& name = call.path[4];
  const MetadefItem* association = find_metadef(space.associations, name);
  if (association == nullptr) throw Refusal(404, "Failed to find resource type " + name + " to delete");
  remove_metadef(space, space.associations, *association, "resource-type-association");
  commit(std::move(lock));
  return empty_response(204);
}

}  // namespace snapsim
