#include "fake_glance/http/images_api.hpp"
#include "fake_glance/http/metadef_refusal.hpp"
#include "fake_glance/http/metadef_request.hpp"
#include "fake_glance/http/metadef_schemas.hpp"
#include "fake_glance/http/metadef_view.hpp"
#include "fake_glance/http/refusal.hpp"

namespace snapsim {
namespace {

MetadefItem& property_named(MetadefNamespace& space, const std::string& name) {
  MetadefItem* found = find_metadef(space.properties, name);
  if (found == nullptr) throw Refusal(404, "Could not find property " + name);
  return *found;
}

/// A property by itself, which its name belongs to.
std::string one_property_json(const MetadefItem& property) {
  OrderedJson shown;
  shown["name"] = property.name;
  shown.update(property.document);
  shown["name"] = property.name;
  return python_json(shown);
}

}  // namespace

ApiResponse ImagesApi::list_metadef_properties(const Call& call) {
  const Lock lock = this->lock();
  OrderedJson body;
  body["properties"] = shown_metadef_properties(visible_metadefs(call));
  return json_response(200, python_json(body));
}

ApiResponse ImagesApi::create_metadef_property(const Call& call) {
  const OrderedJson body = metadef_body(call.request, *metadef_schema_named("property"));
  const OrderedJson document = metadef_property_document(body);
  Lock lock = this->lock();
  MetadefNamespace& space = changeable_metadefs(call, "add_metadef_property");
  const std::string name = body["name"];
  if (find_metadef(space.properties, name) != nullptr) {
    throw duplicate_metadef("property", name, space);
  }
  const std::int64_t now_us = service_.catalogue.next_moment_us();
  space.properties.push_back({name, document, now_us, now_us});
  metadefs().changed(space);
  commit(std::move(lock));
  return json_response(201, python_json(document));
}

ApiResponse ImagesApi::show_metadef_property(const Call& call) {
  const Lock lock = this->lock();
  MetadefNamespace& space = visible_metadefs(call);
  std::string name = call.path[4];
  const std::string type = metadef_parameter(call.request.query, "resource_type").value_or("");
  if (!type.empty()) {
    const MetadefItem* association = find_metadef(space.associations, type);
    if (find_metadef(metadefs().resource_types(), type) == nullptr) {
      throw Refusal(404, "The metadata definition resource-type with name=" + type + ", was not found.");
    }
    if (association == nullptr) {
      throw Refusal(404, "The metadata definition resource-type association of resource-type=" + type +
                             " to namespace=" + space.name + ", was not found.");
    }
    const std::string prefix = association->document.value("prefix", "");
    if (prefix.empty() || !name.starts_with(prefix)) {
      const std::string said = association->document.contains("prefix") ? prefix : "None";
      throw Refusal(404, "Property " + name +
                             " does not start with the expected resource type association prefix of '" + said + "'.");
    }
    name.erase(0, prefix.size());
  }
  return json_response(200, one_property_json(property_named(space, name)));
}

ApiResponse ImagesApi::update_metadef_property(const Call& call) {
  const OrderedJson body = metadef_body(call.request, *metadef_schema_named("property"));
  const OrderedJson document = metadef_property_document(body);
  Lock lock = this->lock();
  MetadefNamespace& space = changeable_metadefs(call, "modify_metadef_property");
  MetadefItem& property = property_named(space, call.path[4]);
  const std::string name = body["name"];
  const MetadefItem* other = find_metadef(space.properties, name);
  if (other != nullptr && other != &property) {
    throw Refusal(
        409, "Invalid update. It would result in a duplicate metadata definition property with the same name=" + name +
                 " in namespace=" + space.name + ".");
  }
  property.name = name;
  property.document = document;
  property.updated_at_us = service_.catalogue.next_moment_us();
  metadefs().changed(space);
  commit(std::move(lock));
  return json_response(200, python_json(document));
}

ApiResponse ImagesApi::delete_metadef_property(const Call& call) {
  Lock lock = this->lock();
  MetadefNamespace& space = changeable_metadefs(call, "remove_metadef_property");
  remove_metadef(space, space.properties, property_named(space, call.path[4]), "property");
  commit(std::move(lock));
  return empty_response(204);
}

}  // namespace snapsim
