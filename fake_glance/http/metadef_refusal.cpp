#include "fake_glance/http/metadef_refusal.hpp"

namespace snapsim {

void check_metadef_admin(const Identity& who, const char* action) {
  if (!who.is_admin()) throw Refusal(403, std::string("You are not authorized to complete ") + action + " action.");
}

Refusal duplicate_metadef(const char* kind, const std::string& name, const MetadefNamespace& space) {
  return Refusal(409, std::string("A metadata definition ") + kind + " with name=" + name +
                          " already exists in namespace=" + space.name + ".");
}

Refusal duplicate_metadef_tag(const std::string& name, const MetadefNamespace& space) {
  return Refusal(409, "A metadata tag with name=" + name + " already exists in namespace=" + space.name +
                          ". (Please note that metadata tag names are case insensitive).");
}

Refusal duplicate_metadef_association(const std::string& resource_type, const MetadefNamespace& space) {
  return Refusal(409, "The metadata definition resource-type association of resource-type=" + resource_type +
                          " to namespace=" + space.name + " already exists.");
}

}  // namespace snapsim
