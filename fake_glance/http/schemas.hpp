#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "fake_glance/http/python_text.hpp"

namespace snapsim {

/// The schema that images are validated against (GET /v2/schemas/image).
const OrderedJson& image_schema();

/// The document of GET /v2/schemas/NAME for image, images, member, members, task and tasks.
std::optional<OrderedJson> schema_named(std::string_view name);

/// jsonschema.validate(object, schema): none, or the text of the error that jsonschema takes for the best, with what
/// failed and where. Knows the keywords that Glance's schemas use;
/// references lead into the schema itself.
std::optional<std::string> schema_violation(const OrderedJson& object, const OrderedJson& schema);

/// A UUID in its usual form, in either case.
bool is_uuid(std::string_view text);

}  // namespace snapsim
