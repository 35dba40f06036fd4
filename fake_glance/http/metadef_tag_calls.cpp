#include <cctype>

#include "fake_glance/http/images_api.hpp"
#include "fake_glance/http/metadef_refusal.hpp"
#include "fake_glance/http/metadef_request.hpp"
#include "fake_glance/http/metadef_schemas.hpp"
#include "fake_glance/http/metadef_view.hpp"
#include "fake_glance/http/refusal.hpp"

namespace snapsim {
namespace {

MetadefItem& tag_named(MetadefNamespace& space, const std::string& name) {
  MetadefItem* found = find_metadef(space.tags, name);
  if (found == nullptr) throw Refusal(404, "Could not find metadata tag " + name);
  return *found;
}

/// oslo_utils.strutils.bool_from_string.
bool is_true_word(const std::string& text) {
  std::string lower = stripped(text);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower == "1" || lower == "t" || lower == "true" || lower == "on" || lower == "y" || lower == "yes";
}

std::string tag_sort_text(const MetadefItem& tag, const std::string& key) {
  if (key == "name") return tag.name;
  if (key == "updated_at") return sortable(tag.updated_at_us);
  if (key == "created_at" || key == "id") return {};
  throw Refusal(400, "Sort key supplied is invalid: " + key);  // DIFFERS: Glance answers 500.
}

/// MetadefTags: of each tag the name alone.
template <typename Tags, typename NameOf>
std::string tag_names(const Tags& tags, const NameOf& name_of) {
  OrderedJson body;
  body["tags"] = OrderedJson::array();
  for (const auto& tag : tags) {
    OrderedJson one;
    one["name"] = name_of(tag);
    body["tags"].push_back(std::move(one));
  }
  return python_json(body);
}

}  // namespace

ApiResponse ImagesApi::list_metadef_tags(const Call& call) {
  MetadefPage page = metadef_page(call.request.query);
  check_metadef_visibility(page.visibility, {"public", "private", "shared"});
  const Lock lock = this->lock();
  MetadefNamespace& space = visible_metadefs(call);
  const bool has_marker = page.marker && !page.marker->empty();
  const MetadefItem* marker = has_marker ? &tag_named(space, *page.marker) : nullptr;
  std::vector<MetadefItem*> found;
  for (MetadefItem& tag : space.tags) found.push_back(&tag);
  const auto text = [&](const MetadefItem& tag) { return tag_sort_text(tag, page.sort_key); };
  found = metadef_paged(std::move(found), page, marker, text);
  return json_response(200, tag_names(found, [](const MetadefItem* tag) { return tag->name; }));
}

ApiResponse ImagesApi::create_metadef_tags(const Call& call) {
  const OrderedJson body = metadef_body(call.request, metadef_tag_list_schema());
  // DIFFERS: Glance answers 500.
  if (!body.contains("tags")) throw Refusal(400, "'tags' is required.");
  Lock lock = this->lock();
  MetadefNamespace& space = changeable_metadefs(call, "add_metadef_tags");
  // No tags at all change nothing: Glance has not even looked for the old ones then.
  const bool keeps_old = is_true_word(call.request.append.value_or("")) || body["tags"].empty();
  MetadefItems tags = keeps_old ? space.tags : MetadefItems();
  for (const OrderedJson& one : body["tags"]) {
    const std::string name = one["name"];
    if (find_metadef(tags, name) != nullptr) throw duplicate_metadef_tag(name, space);
    const std::int64_t now_us = service_.catalogue.next_moment_us();
    tags.push_back({name, OrderedJson::object(), now_us, now_us});
  }
  space.tags = std::move(tags);
  metadefs().changed(space);
  commit(std::move(lock));
  return json_response(201, tag_names(body["tags"], [](const OrderedJson& tag) { return tag["name"]; }));
}

ApiResponse ImagesApi::create_metadef_tag(const Call& call) {
  Lock lock = this->lock();
  MetadefNamespace& space = visible_metadefs(call);
  const std::string& name = call.path[4];
  check_metadef(OrderedJson({{"name", name}}), *metadef_schema_named("tag"));
  check_metadef_admin(call.who, "add_metadef_tag");
  if (find_metadef(space.tags, name) != nullptr) throw duplicate_metadef_tag(name, space);
  const std::int64_t now_us = service_.catalogue.next_moment_us();
  space.tags.push_back({name, OrderedJson::object(), now_us, now_us});
  metadefs().changed(space);
  const std::string shown = python_json(shown_metadef_item(space.tags.back()));
  commit(std::move(lock));
  return json_response(201, shown);
}

ApiResponse ImagesApi::show_metadef_tag(const Call& call) {
  const Lock lock = this->lock();
  return json_response(200, python_json(shown_metadef_item(tag_named(visible_metadefs(call), call.path[4]))));
}

ApiResponse ImagesApi::update_metadef_tag(const Call& call) {
  const OrderedJson body = metadef_body(call.request, *metadef_schema_named("tag"));
  Lock lock = this->lock();
  MetadefNamespace& space = changeable_metadefs(call, "modify_metadef_tag");
  MetadefItem& tag = tag_named(space, call.path[4]);
  const std::string name = body["name"];
  const MetadefItem* other = find_metadef(space.tags, name);
  if (other != nullptr && other != &tag) throw duplicate_metadef_tag(name, space);
  tag.name = name;
  // The answer has the moment of the change before, as Glance's.
  const std::string shown = python_json(shown_metadef_item(tag));
  tag.updated_at_us = service_.catalogue.next_moment_us();
  metadefs().changed(space);
  commit(std::move(lock));
  return json_response(200, shown);
}

ApiResponse ImagesApi::delete_metadef_tag(const Call& call) {
  Lock lock = this->lock();
  MetadefNamespace& space = changeable_metadefs(call, "delete_metadef_tag");
  remove_metadef(space, space.tags, tag_named(space, call.path[4]), "tag");
  commit(std::move(lock));
  return empty_response(204);
}

}  // namespace snapsim
