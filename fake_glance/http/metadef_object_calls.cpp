#include "fake_glance/http/images_api.hpp"
#include "fake_glance/http/metadef_refusal.hpp"
#include "fake_glance/http/metadef_request.hpp"
#include "fake_glance/http/metadef_schemas.hpp"
#include "fake_glance/http/metadef_view.hpp"
#include "fake_glance/http/refusal.hpp"

namespace snapsim {
namespace {

MetadefItem& object_named(MetadefNamespace& space, const std::string& name) {
  MetadefItem* found = find_metadef(space.objects, name);
  if (found == nullptr) throw Refusal(404, "Could not find metadata object " + name);
  return *found;
}

/// metadef_objects.py, RequestDeserializer.index: what it looks at, though the list is always the whole one.
void check_objects_query(const std::string& query) {
  const MetadefPage page = metadef_page(query);
  if (page.limit == 0) throw Refusal(400, "limit param must be positive");
  check_metadef_visibility(page.visibility, {"public", "private", "shared"});
}

}  // namespace

ApiResponse ImagesApi::list_metadef_objects(const Call& call) {
  check_objects_query(call.request.query);
  const Lock lock = this->lock();
  const MetadefNamespace& space = visible_metadefs(call);
  OrderedJson body;
  body["objects"] = OrderedJson::array();
  for (const MetadefItem& object : space.objects) body["objects"].push_back(shown_metadef_object(space, object));
  body["schema"] = "v2/schemas/metadefs/objects";  // without a slash before it, as in Glance
  return json_response(200, python_json(body));
}

ApiResponse ImagesApi::create_metadef_object(const Call& call) {
  const OrderedJson body = metadef_body(call.request, *metadef_schema_named("object"));
  if (body.contains("properties")) {
    for (const OrderedJson& property : body["properties"]) check_metadef(property, nameless_property_schema());
  }
  Lock lock = this->lock();
  MetadefNamespace& space = changeable_metadefs(call, "add_metadef_object");
  const std::string name = body["name"];
  if (find_metadef(space.objects, name) != nullptr) {
    throw duplicate_metadef("object", name, space);
  }
  const std::int64_t now_us = service_.catalogue.next_moment_us();
  space.objects.push_back({name, metadef_object_document(body), now_us, now_us});
  metadefs().changed(space);
  const std::string shown = python_json(said_metadef_object(space, space.objects.back()));
  commit(std::move(lock));
  return json_response(201, shown);
}

ApiResponse ImagesApi::show_metadef_object(const Call& call) {
  const Lock lock = this->lock();
  MetadefNamespace& space = visible_metadefs(call);
  return json_response(200, python_json(shown_metadef_object(space, object_named(space, call.path[4]))));
}

ApiResponse ImagesApi::update_metadef_object(const Call& call) {
  const OrderedJson body = metadef_body(call.request, *metadef_schema_named("object"));
  Lock lock = this->lock();
  MetadefNamespace& space = changeable_metadefs(call, "modify_metadef_object");
  MetadefItem& object = object_named(space, call.path[4]);
  const std::string name = body["name"];
  const MetadefItem* other = find_metadef(space.objects, name);
  if (other != nullptr && other != &object) {
    throw Refusal(409, "Invalid update. It would result in a duplicate metadata definition object with the same name=" +
                           name + " in namespace=" + space.name + ".");
  }
  object.name = name;
  object.document = metadef_object_document(body);
  // The answer has the moment of the change before, as Glance's.
  const std::string shown = python_json(said_metadef_object(space, object));
  object.updated_at_us = service_.catalogue.next_moment_us();
  metadefs().changed(space);
  commit(std::move(lock));
  return json_response(200, shown);
}

ApiResponse ImagesApi::delete_metadef_object(const Call& call) {
  Lock lock = this->lock();
  MetadefNamespace& space = changeable_metadefs(call, "delete_metadef_object");
  remove_metadef(space, space.objects, object_named(space, call.path[4]), "object");
  commit(std::move(lock));
  return empty_response(204);
}

}  // namespace snapsim
