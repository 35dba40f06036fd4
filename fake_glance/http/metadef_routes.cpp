#include "fake_glance/http/images_api.hpp"
#include "fake_glance/http/metadef_schemas.hpp"
#include "fake_glance/http/refusal.hpp"

namespace snapsim {

/// glance/api/v2/router.py, the part of the metadata definitions.
std::vector<ImagesApi::Route> ImagesApi::metadef_routes() {
  std::vector<Route> table = {
      {"GET", "metadefs/resource_types", &ImagesApi::list_metadef_resource_types, true},
      {"GET", "metadefs/namespaces/*/resource_types", &ImagesApi::list_metadef_associations, true},
      {"POST", "metadefs/namespaces/*/resource_types", &ImagesApi::create_metadef_association},
      {"DELETE", "metadefs/namespaces/*/resource_types/*", &ImagesApi::delete_metadef_association, true},
      {"GET", "metadefs/namespaces", &ImagesApi::list_metadef_namespaces},
      {"POST", "metadefs/namespaces", &ImagesApi::create_metadef_namespace},
      {"GET", "metadefs/namespaces/*", &ImagesApi::show_metadef_namespace, true},
      {"PUT", "metadefs/namespaces/*", &ImagesApi::update_metadef_namespace},
      {"DELETE", "metadefs/namespaces/*", &ImagesApi::delete_metadef_namespace, true},
      {"GET", "metadefs/namespaces/*/properties", &ImagesApi::list_metadef_properties, true},
      {"POST", "metadefs/namespaces/*/properties", &ImagesApi::create_metadef_property},
      {"DELETE", "metadefs/namespaces/*/properties", &ImagesApi::delete_metadef_properties},
      {"GET", "metadefs/namespaces/*/properties/*", &ImagesApi::show_metadef_property},
      {"PUT", "metadefs/namespaces/*/properties/*", &ImagesApi::update_metadef_property},
      {"DELETE", "metadefs/namespaces/*/properties/*", &ImagesApi::delete_metadef_property},
      {"GET", "metadefs/namespaces/*/objects", &ImagesApi::list_metadef_objects},
      {"POST", "metadefs/namespaces/*/objects", &ImagesApi::create_metadef_object},
      {"DELETE", "metadefs/namespaces/*/objects", &ImagesApi::delete_metadef_objects},
      {"GET", "metadefs/namespaces/*/objects/*", &ImagesApi::show_metadef_object, true},
      {"PUT", "metadefs/namespaces/*/objects/*", &ImagesApi::update_metadef_object},
      {"DELETE", "metadefs/namespaces/*/objects/*", &ImagesApi::delete_metadef_object, true},
      {"GET", "metadefs/namespaces/*/tags", &ImagesApi::list_metadef_tags},
      {"POST", "metadefs/namespaces/*/tags", &ImagesApi::create_metadef_tags},
      {"DELETE", "metadefs/namespaces/*/tags", &ImagesApi::delete_metadef_tags},
      {"GET", "metadefs/namespaces/*/tags/*", &ImagesApi::show_metadef_tag, true},
      {"POST", "metadefs/namespaces/*/tags/*", &ImagesApi::create_metadef_tag, true},
      {"PUT", "metadefs/namespaces/*/tags/*", &ImagesApi::update_metadef_tag},
      {"DELETE", "metadefs/namespaces/*/tags/*", &ImagesApi::delete_metadef_tag, true},
  };
  for (const char* path :
       {"schemas/metadefs/namespace", "schemas/metadefs/namespaces", "schemas/metadefs/resource_type",
        "schemas/metadefs/resource_types", "schemas/metadefs/property", "schemas/metadefs/properties",
        "schemas/metadefs/object", "schemas/metadefs/objects", "schemas/metadefs/tag", "schemas/metadefs/tags"}) {
    table.push_back({"GET", path, &ImagesApi::metadef_schema, true});
  }
  return table;
}

ApiResponse ImagesApi::metadef_schema(const Call& call) {
  return json_response(200, python_json(metadef_schema_named(call.path[2]).value()));
}

}  // namespace snapsim
