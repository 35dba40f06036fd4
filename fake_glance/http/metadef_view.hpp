#pragma once

#include <optional>
#include <string>

#include "fake_glance/http/metadef_store.hpp"

namespace snapsim {

/// glance/api/v2/model: what the API shows of metadata definitions, attributes in the order of the models.

/// A property as it is kept: what the model knows, without nulls. Throws Refusal 400 for what cannot be one.
OrderedJson metadef_property_document(const OrderedJson& body);
/// An object as it was said: "required", "description" and "properties".
OrderedJson metadef_object_document(const OrderedJson& body);

/// An object as the database has it: with "required" and "properties", though they may be empty.
OrderedJson shown_metadef_object(const MetadefNamespace& space, const MetadefItem& object);
/// An object as it was just made or changed: only what was said.
OrderedJson said_metadef_object(const MetadefNamespace& space, const MetadefItem& object);
/// Name, document and both moments: an association, a tag or a resource type.
OrderedJson shown_metadef_item(const MetadefItem& item);
/// All properties of a namespace, by their names.
OrderedJson shown_metadef_properties(const MetadefNamespace& space);

/// The attributes of the namespace itself, as far as updated_at.
OrderedJson shown_metadef_namespace(const MetadefNamespace& space);
/// Its associations, where there are any.
void add_metadef_associations(OrderedJson& shown, const MetadefNamespace& space);
/// What is in a namespace as it was just made, in the words of who made it: no moments, no links, and nothing that was
/// not said.
void add_said_metadefs(OrderedJson& shown, const MetadefNamespace& space, const OrderedJson& body);
/// The links at the end.
void add_metadef_links(OrderedJson& shown, const MetadefNamespace& space);
/// GET .../namespaces/NS: with all that is in it. Where that resource type is associated with a prefix, it stands
/// before the names of properties.
OrderedJson whole_metadef_namespace(const MetadefNamespace& space, const std::optional<std::string>& resource_type);

}  // namespace snapsim
