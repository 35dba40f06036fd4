#pragma once

#include <string>

#include "fake_glance/http/metadef_store.hpp"
#include "fake_glance/http/refusal.hpp"
#include "fake_glance/identity.hpp"

namespace snapsim {

// What the calls of metadata definitions refuse in the same words (glance/common/exception.py).

/// 403 where only an admin may do what policy calls that.
void check_metadef_admin(const Identity& who, const char* action);
/// 409: a namespace has such a thing already. `kind` as in "object", "property".
Refusal duplicate_metadef(const char* kind, const std::string& name, const MetadefNamespace& space);
/// 409, which says of tags something that is true of MySQL alone.
Refusal duplicate_metadef_tag(const std::string& name, const MetadefNamespace& space);
/// 409: the resource type is associated already.
Refusal duplicate_metadef_association(const std::string& resource_type, const MetadefNamespace& space);

}  // namespace snapsim
