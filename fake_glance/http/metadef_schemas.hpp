#pragma once

#include <optional>
#include <string_view>

#include "fake_glance/http/python_text.hpp"

namespace snapsim {

/// The document of GET /v2/schemas/metadefs/NAME: namespace(s), resource_type(s), property and properties, object(s),
/// tag(s).
std::optional<OrderedJson> metadef_schema_named(std::string_view name);

/// What POST .../tags is validated against (metadef_tags.py, get_schema_for_list); it is not shown.
OrderedJson metadef_tag_list_schema();
/// What the properties of a new object are validated against: "property" without the name being required.
OrderedJson nameless_property_schema();

}  // namespace snapsim
