#include <utility>

#include "fake_glance/http/images_api.hpp"
#include "fake_glance/http/metadef_refusal.hpp"
#include "fake_glance/http/metadef_request.hpp"
#include "fake_glance/http/metadef_schemas.hpp"
#include "fake_glance/http/metadef_view.hpp"
#include "fake_glance/http/refusal.hpp"

namespace snapsim {
namespace {

constexpr std::size_t default_page = 25;
constexpr std::size_t largest_page = 1000;

Refusal protected_namespace(const std::string& name) {
  return Refusal(403, "Metadata definition namespace " + name + " is protected and cannot be deleted.");
}

std::optional<std::string> text_of(const OrderedJson& body, const char* name) {
  const auto found = body.find(name);
  return found == body.end() ? std::nullopt : std::optional(found->get<std::string>());
}

/// What POST and PUT say of the namespace itself. `owner`: whose it is where that is not said.
void describe(MetadefNamespace& space, const OrderedJson& body, const std::string& owner) {
  space.name = body["namespace"].get<std::string>();
  space.display_name = text_of(body, "display_name");
  space.description = text_of(body, "description");
  space.visibility = body.value("visibility", "private");
  space.is_protected = body.value("protected", false);
  space.owner = body.value("owner", owner);
}

std::string needed_name(const OrderedJson& body, const char* kind) {
  // DIFFERS: Glance answers 500.
  if (!body.contains("name")) throw Refusal(400, std::string(kind) + " needs a name.");
  return body["name"].get<std::string>();
}

/// Adds to a list of things, each made at a moment of its own. `duplicate`: 409 for a name that is there already.
template <typename Duplicate>
void add_new(MetadefItems& items, MetadefItem made, const Duplicate& duplicate) {
  if (find_metadef(items, made.name) != nullptr) throw duplicate(made.name);
  items.push_back(std::move(made));
}

/// What POST says of what is in the namespace, in the order in which Glance makes it. `moment` gives the next moment.
template <typename Moment>
void fill_namespace(MetadefNamespace& space, const OrderedJson& body, const Moment& moment) {
  const auto item_of = [&](std::string name, OrderedJson document) {
    const std::int64_t now_us = moment();
    return MetadefItem{std::move(name), std::move(document), now_us, now_us};
  };
  const OrderedJson none = OrderedJson::array();
  for (const OrderedJson& one : body.value("resource_type_associations", none)) {
    add_new(space.associations, item_of(needed_name(one, "A resource type association"), one),
            [&](const std::string& name) { return duplicate_metadef_association(name, space); });
  }
  for (const OrderedJson& one : body.value("objects", none)) {
    add_new(space.objects, item_of(needed_name(one, "An object"), metadef_object_document(one)),
            [&](const std::string& name) { return duplicate_metadef("object", name, space); });
  }
  for (const OrderedJson& one : body.value("tags", none)) {
    add_new(space.tags, item_of(needed_name(one, "A tag"), OrderedJson::object()),
            [&](const std::string& name) { return duplicate_metadef_tag(name, space); });
  }
  const OrderedJson properties = body.value("properties", OrderedJson::object());
  for (const auto& [name, property] : properties.items()) {
    space.properties.push_back(item_of(name, metadef_property_document(property)));
  }
}

/// The text that a namespace is sorted by.
std::string namespace_sort_text(const MetadefNamespace& space, const std::string& key) {
  if (key == "namespace") return space.name;
  if (key == "display_name") return space.display_name.value_or("");
  if (key == "description") return space.description.value_or("");
  if (key == "visibility") return space.visibility;
  if (key == "protected") return space.is_protected ? "1" : "0";
  if (key == "owner") return space.owner;
  if (key == "updated_at") return sortable(space.updated_at_us);
  if (key == "created_at" || key == "id") return {};
  throw Refusal(400, "Sort key supplied is invalid: " + key);  // DIFFERS: Glance answers 500.
}

bool has_association(const MetadefNamespace& space, const std::vector<std::string>& resource_types) {
  return std::any_of(space.associations.begin(), space.associations.end(), [&](const MetadefItem& item) {
    return std::find(resource_types.begin(), resource_types.end(), item.name) != resource_types.end();
  });
}

/// 404 of a namespace that is not there, as the database says it.
Refusal unknown_metadef_namespace(const std::string& name) {
  return Refusal(404, "Metadata definition namespace=" + name + " was not found.");
}

/// db/sqlalchemy/metadef_api/namespace.py: _is_namespace_visible.
bool is_metadef_visible(const Identity& who, const MetadefNamespace& space) {
  return who.is_admin() || space.visibility == "public" || space.owner == who.project_id;
}

}  // namespace

MetadefNamespace& ImagesApi::visible_metadefs(const Call& call) {
  MetadefNamespace* found = metadefs().find(call.path[2]);
  if (found == nullptr || !is_metadef_visible(call.who, *found)) {
    throw Refusal(404, "Namespace " + call.path[2] + " not found");
  }
  return *found;
}

MetadefNamespace& ImagesApi::changeable_metadefs(const Call& call, const char* action) {
  MetadefNamespace& found = visible_metadefs(call);
  check_metadef_admin(call.who, action);
  return found;
}

ApiResponse ImagesApi::list_metadef_namespaces(const Call& call) {
  const auto parameters = parsed_query(call.request.query);
  MetadefPage page = metadef_page(call.request.query);
  check_metadef_visibility(page.visibility, {"public", "private"});
  page.limit = std::min(page.limit.value_or(default_page), largest_page);
  const Lock lock = this->lock();
  const MetadefNamespace* marker = nullptr;
  if (page.marker && !page.marker->empty()) {
    marker = metadefs().find(*page.marker);
    if (marker == nullptr) throw unknown_metadef_namespace(*page.marker);
    if (!is_metadef_visible(call.who, *marker)) {
      throw Refusal(403, "Forbidding request, metadata definition namespace=" + *page.marker + " is not visible.");
    }
  }
  std::vector<MetadefNamespace*> found;
  for (MetadefNamespace& space : metadefs().namespaces()) {
    const bool passes = (!page.visibility || *page.visibility == space.visibility) &&
                        (!page.resource_types || has_association(space, *page.resource_types));
    if (passes && is_metadef_visible(call.who, space)) found.push_back(&space);
  }
  const auto text = [&](const MetadefNamespace& space) { return namespace_sort_text(space, page.sort_key); };
  found = metadef_paged(std::move(found), page, marker, text);
  OrderedJson body;
  body["namespaces"] = OrderedJson::array();
  for (const MetadefNamespace* space : found) {
    OrderedJson shown = shown_metadef_namespace(*space);
    add_metadef_associations(shown, *space);
    add_metadef_links(shown, *space);
    body["namespaces"].push_back(std::move(shown));
  }
  const std::string query = query_without_marker(parameters);
  if (!found.empty() && found.size() == page.limit) {
    body["next"] =
        "/v2/metadefs/namespaces?" + (query.empty() ? "" : query + "&") + "marker=" + quoted_plus(found.back()->name);
  }
  body["schema"] = "/v2/schemas/metadefs/namespaces";
  body["first"] = "/v2/metadefs/namespaces" + (query.empty() ? "" : "?" + query);
  return json_response(200, python_json(body));
}

ApiResponse ImagesApi::create_metadef_namespace(const Call& call) {
  const OrderedJson body = metadef_body(call.request, *metadef_schema_named("namespace"));
  check_metadef_admin(call.who, "add_metadef_namespace");
  Lock lock = this->lock();
  MetadefNamespace made;
  describe(made, body, call.who.project_id);
  if (metadefs().find(made.name) != nullptr) {
    throw Refusal(409, "The metadata definition namespace=" + made.name + " already exists.");
  }
  const auto moment = [this] { return service_.catalogue.next_moment_us(); };
  made.created_at_us = made.updated_at_us = moment();
  fill_namespace(made, body, moment);
  for (const MetadefItem& item : made.associations) metadefs().know_resource_type(item.name, moment());
  const MetadefNamespace& added = metadefs().add(std::move(made));
  OrderedJson shown = shown_metadef_namespace(added);
  add_said_metadefs(shown, added, body);
  add_metadef_links(shown, added);
  const std::string location = call.request.base_url + "/v2/metadefs/namespaces/" + added.name;
  commit(std::move(lock));
  ApiResponse response = json_response(201, python_json(shown));
  response.headers.emplace_back("Location", location);
  return response;
}

ApiResponse ImagesApi::show_metadef_namespace(const Call& call) {
  check_metadef_visibility(metadef_parameter(call.request.query, "visibility"), {"public", "private"});
  const Lock lock = this->lock();
  MetadefNamespace* found = metadefs().find(call.path[2]);
  if (found == nullptr) throw unknown_metadef_namespace(call.path[2]);
  if (!is_metadef_visible(call.who, *found)) throw Refusal::plain(404);
  const std::optional<std::string> resource_type = metadef_parameter(call.request.query, "resource_type");
  return json_response(200, python_json(whole_metadef_namespace(*found, resource_type)));
}

ApiResponse ImagesApi::update_metadef_namespace(const Call& call) {
  const OrderedJson body = metadef_body(call.request, *metadef_schema_named("namespace"));
  Lock lock = this->lock();
  MetadefNamespace& space = changeable_metadefs(call, "modify_metadef_namespace");
  const MetadefNamespace* other = metadefs().find(body["namespace"].get_ref<const std::string&>());
  if (other != nullptr && other != &space) {
    throw Refusal(
        409, "Invalid update. It would result in a duplicate metadata definition namespace with the same name of " +
                 other->name);
  }
  describe(space, body, call.who.project_id);
  if (space.owner.empty()) space.owner = call.who.project_id;
  // The answer has the moment of the change before, as Glance's.
  OrderedJson shown = shown_metadef_namespace(space);
  add_metadef_links(shown, space);
  space.updated_at_us = service_.catalogue.next_moment_us();
  metadefs().changed(space);
  commit(std::move(lock));
  return json_response(200, python_json(shown));
}

ApiResponse ImagesApi::delete_metadef_namespace(const Call& call) {
  Lock lock = this->lock();
  const MetadefNamespace& space = changeable_metadefs(call, "delete_metadef_namespace");
  if (space.is_protected) throw protected_namespace(space.name);
  metadefs().remove(space);
  commit(std::move(lock));
  return empty_response(204);
}

ApiResponse ImagesApi::clear_metadefs(const Call& call, MetadefItems MetadefNamespace::*items) {
  Lock lock = this->lock();
  MetadefNamespace& space = changeable_metadefs(call, "delete_metadef_namespace");
  if (space.is_protected) throw protected_namespace(space.name);
  (space.*items).clear();
  metadefs().changed(space);
  commit(std::move(lock));
  return empty_response(204);
}

void ImagesApi::remove_metadef(MetadefNamespace& space, MetadefItems& items, const MetadefItem& item,
                               const char* kind) {
  if (space.is_protected) {
    throw Refusal(
        403, std::string("Metadata definition ") + kind + " " + item.name + " is protected and cannot be deleted.");
  }
  std::erase_if(items, [&item](const MetadefItem& one) { return &one == &item; });
  metadefs().changed(space);
}

ApiResponse ImagesApi::delete_metadef_objects(const Call& call) {
  return clear_metadefs(call, &MetadefNamespace::objects);
}

ApiResponse ImagesApi::delete_metadef_properties(const Call& call) {
  return clear_metadefs(call, &MetadefNamespace::properties);
}

ApiResponse ImagesApi::delete_metadef_tags(const Call& call) {
  return clear_metadefs(call, &MetadefNamespace::tags);
}

}  // namespace snapsim
