#include "fake_glance/http/metadef_view.hpp"

#include <initializer_list>
#include <utility>

#include "fake_glance/http/catalogue.hpp"
#include "fake_glance/http/refusal.hpp"

namespace snapsim {
namespace {

std::string href_of(const MetadefNamespace& space) {
  return "/v2/metadefs/namespaces/" + space.name;
}

/// These attributes of an object, in this order, without nulls.
OrderedJson attributes(const OrderedJson& body, std::initializer_list<const char*> names) {
  OrderedJson out = OrderedJson::object();
  for (const char* name : names) {
    const auto found = body.find(name);
    if (found != body.end() && !found->is_null()) out[name] = *found;
  }
  return out;
}

void add_moments(OrderedJson& shown, const MetadefItem& item) {
  shown["created_at"] = iso_time(item.created_at_us);
  shown["updated_at"] = iso_time(item.updated_at_us);
}

void add_object_links(OrderedJson& shown, const MetadefNamespace& space, const MetadefItem& object) {
  add_moments(shown, object);
  shown["self"] = href_of(space) + "/objects/" + object.name;
  shown["schema"] = "/v2/schemas/metadefs/object";
}

OrderedJson with_prefix(const OrderedJson& properties, const std::string& prefix) {
  OrderedJson out = OrderedJson::object();
  for (const auto& [name, property] : properties.items()) out[prefix + name] = property;
  return out;
}

/// Things by their names and what was said of them.
OrderedJson said_items(const MetadefItems& items, std::initializer_list<const char*> names) {
  OrderedJson out = OrderedJson::array();
  for (const MetadefItem& item : items) {
    OrderedJson one;
    one["name"] = item.name;
    one.update(attributes(item.document, names));
    out.push_back(std::move(one));
  }
  return out;
}

/// The prefix of that resource type's association, or none.
std::string prefix_of(const MetadefNamespace& space, const std::optional<std::string>& resource_type) {
  for (const MetadefItem& item : space.associations) {
    if (item.name == resource_type) return item.document.value("prefix", "");
  }
  return {};
}

}  // namespace

OrderedJson metadef_property_document(const OrderedJson& body) {
  OrderedJson out = attributes(body, {"name", "type", "title", "description", "operators", "default", "readonly",
                                      "minimum", "maximum", "enum", "pattern", "minLength", "maxLength", "confidential",
                                      "items", "uniqueItems", "minItems", "maxItems", "additionalItems"});
  if (out.contains("items")) {
    if (!out["items"].contains("type")) throw Refusal(400, "The items of a property need a type.");
    out["items"] = attributes(out["items"], {"type", "enum"});
  }
  return out;
}

OrderedJson metadef_object_document(const OrderedJson& body) {
  OrderedJson out = attributes(body, {"required", "description"});
  if (!body.contains("properties")) return out;
  OrderedJson& properties = out["properties"] = OrderedJson::object();
  for (const auto& [name, property] : body["properties"].items())
    properties[name] = metadef_property_document(property);
  return out;
}

OrderedJson shown_metadef_object(const MetadefNamespace& space, const MetadefItem& object) {
  OrderedJson shown;
  shown["name"] = object.name;
  shown["required"] = object.document.value("required", OrderedJson::array());
  if (object.document.contains("description")) shown["description"] = object.document["description"];
  shown["properties"] = object.document.value("properties", OrderedJson::object());
  add_object_links(shown, space, object);
  return shown;
}

OrderedJson said_metadef_object(const MetadefNamespace& space, const MetadefItem& object) {
  OrderedJson shown;
  shown["name"] = object.name;
  shown.update(object.document);
  add_object_links(shown, space, object);
  return shown;
}

OrderedJson shown_metadef_item(const MetadefItem& item) {
  OrderedJson shown;
  shown["name"] = item.name;
  shown.update(attributes(item.document, {"prefix", "properties_target"}));
  add_moments(shown, item);
  return shown;
}

OrderedJson shown_metadef_properties(const MetadefNamespace& space) {
  OrderedJson out = OrderedJson::object();
  for (const MetadefItem& property : space.properties) out[property.name] = property.document;
  return out;
}

OrderedJson shown_metadef_namespace(const MetadefNamespace& space) {
  OrderedJson shown;
  shown["namespace"] = space.name;
  if (space.display_name) shown["display_name"] = *space.display_name;
  if (space.description) shown["description"] = *space.description;
  shown["visibility"] = space.visibility;
  shown["protected"] = space.is_protected;
  shown["owner"] = space.owner;
  shown["created_at"] = iso_time(space.created_at_us);
  shown["updated_at"] = iso_time(space.updated_at_us);
  return shown;
}

void add_metadef_associations(OrderedJson& shown, const MetadefNamespace& space) {
  for (const MetadefItem& item : space.associations) {
    shown["resource_type_associations"].push_back(shown_metadef_item(item));
  }
}

void add_said_metadefs(OrderedJson& shown, const MetadefNamespace& space, const OrderedJson& body) {
  if (body.contains("resource_type_associations")) {
    shown["resource_type_associations"] = said_items(space.associations, {"prefix", "properties_target"});
  }
  if (body.contains("properties")) shown["properties"] = shown_metadef_properties(space);
  if (body.contains("objects")) {
    shown["objects"] = said_items(space.objects, {"required", "description", "properties"});
  }
  if (body.contains("tags")) shown["tags"] = said_items(space.tags, {});
}

void add_metadef_links(OrderedJson& shown, const MetadefNamespace& space) {
  shown["self"] = href_of(space);
  shown["schema"] = "/v2/schemas/metadefs/namespace";
}

OrderedJson whole_metadef_namespace(const MetadefNamespace& space, const std::optional<std::string>& resource_type) {
  const std::string prefix = prefix_of(space, resource_type);
  OrderedJson shown = shown_metadef_namespace(space);
  add_metadef_associations(shown, space);
  if (!space.properties.empty()) shown["properties"] = with_prefix(shown_metadef_properties(space), prefix);
  for (const MetadefItem& item : space.objects) {
    OrderedJson object = shown_metadef_object(space, item);
    object["properties"] = with_prefix(object["properties"], prefix);
    for (OrderedJson& name : object["required"]) name = prefix + name.get<std::string>();
    shown["objects"].push_back(std::move(object));
  }
  // The newest first, as a list of tags is sorted where nothing else is asked for.
  for (auto tag = space.tags.rbegin(); tag != space.tags.rend(); ++tag) shown["tags"].push_back({{"name", tag->name}});
  add_metadef_links(shown, space);
  return shown;
}

}  // namespace snapsim
