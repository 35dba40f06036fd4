#include "fake_glance/http/metadef_schemas.hpp"

#include <string>
#include <utility>
#include <vector>

namespace snapsim {
namespace {

/// metadef_namespaces.py, get_schema_definitions: the attributes of one property.
constexpr std::string_view one_property = R"json({
  "name": {"type": "string", "maxLength": 80},
  "title": {"type": "string"},
  "description": {"type": "string"},
  "operators": {"type": "array", "items": {"type": "string"}},
  "type": {"type": "string", "enum": ["array", "boolean", "integer", "number", "object", "string", null]},
  "required": {"$ref": "#/definitions/stringArray"},
  "minimum": {"type": "number"},
  "maximum": {"type": "number"},
  "maxLength": {"$ref": "#/definitions/positiveInteger"},
  "minLength": {"$ref": "#/definitions/positiveIntegerDefault0"},
  "pattern": {"type": "string", "format": "regex"},
  "enum": {"type": "array"},
  "readonly": {"type": "boolean"},
  "default": {},
  "items": {
    "type": "object",
    "properties": {
      "type": {"type": "string", "enum": ["array", "boolean", "integer", "number", "object", "string", null]},
      "enum": {"type": "array"}}},
  "maxItems": {"$ref": "#/definitions/positiveInteger"},
  "minItems": {"$ref": "#/definitions/positiveIntegerDefault0"},
  "uniqueItems": {"type": "boolean", "default": false},
  "additionalItems": {"type": "boolean"}
})json";

constexpr std::string_view number_definitions = R"json({
  "positiveInteger": {"type": "integer", "minimum": 0},
  "positiveIntegerDefault0": {"allOf": [{"$ref": "#/definitions/positiveInteger"}, {"default": 0}]}
})json";

constexpr std::string_view namespace_properties = R"json({
  "namespace": {"type": "string", "description": "The unique namespace text.", "maxLength": 80},
  "display_name": {
    "type": "string",
    "description": "The user friendly name for the namespace. Used by UI if available.",
    "maxLength": 80},
  "description": {
    "type": "string",
    "description": "Provides a user friendly description of the namespace.",
    "maxLength": 500},
  "visibility": {
    "type": "string",
    "description": "Scope of namespace accessibility.",
    "enum": ["public", "private"]},
  "protected": {"type": "boolean", "description": "If true, namespace will not be deletable."},
  "owner": {"type": "string", "description": "Owner of the namespace.", "maxLength": 255},
  "created_at": {
    "type": "string",
    "readOnly": true,
    "description": "Date and time of namespace creation",
    "format": "date-time"},
  "updated_at": {
    "type": "string",
    "readOnly": true,
    "description": "Date and time of the last namespace modification",
    "format": "date-time"},
  "schema": {"readOnly": true, "type": "string"},
  "self": {"readOnly": true, "type": "string"},
  "resource_type_associations": {
    "type": "array",
    "items": {
      "type": "object",
      "properties": {
        "name": {"type": "string"},
        "prefix": {"type": "string"},
        "properties_target": {"type": "string"}}}},
  "properties": {"$ref": "#/definitions/property"},
  "objects": {
    "type": "array",
    "items": {
      "type": "object",
      "properties": {
        "name": {"type": "string"},
        "description": {"type": "string"},
        "required": {"$ref": "#/definitions/stringArray"},
        "properties": {"$ref": "#/definitions/property"}}}},
  "tags": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}}}}
})json";

constexpr std::string_view object_properties = R"json({
  "name": {"type": "string", "maxLength": 80},
  "description": {"type": "string"},
  "required": {"$ref": "#/definitions/stringArray"},
  "properties": {"$ref": "#/definitions/property"},
  "schema": {"readOnly": true, "type": "string"},
  "self": {"readOnly": true, "type": "string"},
  "created_at": {
    "type": "string",
    "readOnly": true,
    "description": "Date and time of object creation",
    "format": "date-time"},
  "updated_at": {
    "type": "string",
    "readOnly": true,
    "description": "Date and time of the last object modification",
    "format": "date-time"}
})json";

constexpr std::string_view association_properties = R"json({
  "name": {
    "type": "string",
    "description": "Resource type names should be aligned with Heat resource types whenever possible: https://docs.openstack.org/heat/latest/template_guide/openstack.html",
    "maxLength": 80},
  "prefix": {
    "type": "string",
    "description": "Specifies the prefix to use for the given resource type. Any properties in the namespace should be prefixed with this prefix when being applied to the specified resource type. Must include prefix separator (e.g. a colon :).",
    "maxLength": 80},
  "properties_target": {
    "type": "string",
    "description": "Some resource types allow more than one key / value pair per instance.  For example, Cinder allows user and image metadata on volumes. Only the image properties metadata is evaluated by Nova (scheduling or drivers). This property allows a namespace target to remove the ambiguity.",
    "maxLength": 80},
  "created_at": {
    "type": "string",
    "readOnly": true,
    "description": "Date and time of resource type association",
    "format": "date-time"},
  "updated_at": {
    "type": "string",
    "readOnly": true,
    "description": "Date and time of the last resource type association modification",
    "format": "date-time"}
})json";

constexpr std::string_view tag_properties = R"json({
  "name": {"type": "string", "maxLength": 80},
  "created_at": {
    "type": "string",
    "readOnly": true,
    "description": "Date and time of tag creation",
    "format": "date-time"},
  "updated_at": {
    "type": "string",
    "readOnly": true,
    "description": "Date and time of the last tag modification",
    "format": "date-time"}
})json";

constexpr std::string_view tag_list_properties = R"json({
  "tags": {
    "type": "array",
    "items": {
      "type": "object",
      "properties": {"name": {"type": "string"}},
      "required": ["name"],
      "additionalProperties": false}}
})json";

/// The definitions that namespaces and objects refer to.
OrderedJson wide_definitions() {
  OrderedJson made = OrderedJson::parse(number_definitions);
  made["stringArray"] = OrderedJson::parse(R"({"type": "array", "items": {"type": "string"}, "uniqueItems": true})");
  OrderedJson item;
  item["type"] = "object";
  item["required"] = {"title", "type"};
  item["properties"] = OrderedJson::parse(one_property);
  made["property"]["type"] = "object";
  made["property"]["additionalProperties"] = std::move(item);
  return made;
}

/// metadef_properties.py, _get_base_definitions.
OrderedJson property_definitions() {
  OrderedJson made = OrderedJson::parse(number_definitions);
  made["stringArray"] =
      OrderedJson::parse(R"({"type": "array", "items": {"type": "string"}, "minItems": 1, "uniqueItems": true})");
  return made;
}

/// glance/schema.py, Schema.raw.
OrderedJson raw_schema(const char* name, std::string_view properties, const std::vector<const char*>& required,
                       OrderedJson definitions = nullptr) {
  OrderedJson schema;
  schema["name"] = name;
  schema["properties"] = OrderedJson::parse(properties);
  schema["additionalProperties"] = false;
  if (!definitions.is_null()) schema["definitions"] = std::move(definitions);
  if (!required.empty()) schema["required"] = required;
  return schema;
}

/// glance/schema.py, CollectionSchema.raw and, for what has a dict, DictCollectionSchema.raw.
OrderedJson raw_collection(const std::string& name, OrderedJson item, bool is_dict = false) {
  OrderedJson definitions = item.contains("definitions") ? item["definitions"] : OrderedJson(nullptr);
  item.erase("definitions");
  OrderedJson schema;
  schema["name"] = name;
  OrderedJson& properties = schema["properties"];
  properties[name]["type"] = is_dict ? "object" : "array";
  properties[name][is_dict ? "additionalProperties" : "items"] = std::move(item);
  for (const char* text : {"first", "next", "schema"}) properties[text]["type"] = "string";
  schema["links"] = OrderedJson::parse(
      R"([{"rel": "first", "href": "{first}"}, {"rel": "next", "href": "{next}"},
          {"rel": "describedby", "href": "{schema}"}])");
  if (!definitions.is_null()) schema["definitions"] = std::move(definitions);
  return schema;
}

OrderedJson namespace_schema() {
  return raw_schema("namespace", namespace_properties, {"namespace"}, wide_definitions());
}

OrderedJson object_schema() {
  return raw_schema("object", object_properties, {"name"}, wide_definitions());
}

OrderedJson association_schema() {
  return raw_schema("resource_type_association", association_properties, {"name"});
}

}  // namespace

OrderedJson metadef_tag_list_schema() {
  return raw_schema("tags", tag_list_properties, {});
}

OrderedJson nameless_property_schema() {
  return raw_schema("property", one_property, {"type", "title"}, property_definitions());
}

std::optional<OrderedJson> metadef_schema_named(std::string_view name) {
  if (name == "namespace") return namespace_schema();
  if (name == "namespaces") return raw_collection("namespaces", namespace_schema());
  if (name == "resource_type") return association_schema();
  if (name == "resource_types") return raw_collection("resource_type_associations", association_schema());
  if (name == "property")
    return raw_schema("property", one_property, {"type", "title", "name"}, property_definitions());
  if (name == "properties") return raw_collection("properties", nameless_property_schema(), true);
  if (name == "object") return object_schema();
  if (name == "objects") return raw_collection("objects", object_schema());
  if (name == "tag") return raw_schema("tag", tag_properties, {"name"});
  if (name == "tags") return raw_collection("tags", raw_schema("tag", tag_properties, {"name"}));
  return std::nullopt;
}

}  // namespace snapsim
