#include "fake_glance/http/metadef_store.hpp"

#include <algorithm>
#include <utility>

namespace snapsim {
namespace {

constexpr const char* types_key = "resource_types";

std::string key_of(const MetadefNamespace& space) {
  return "namespace/" + std::to_string(space.number);
}

OrderedJson kept_items(const MetadefItems& items) {
  OrderedJson out = OrderedJson::array();
  for (const MetadefItem& item : items) {
    out.push_back(OrderedJson::array({item.name, item.document, item.created_at_us, item.updated_at_us}));
  }
  return out;
}

MetadefItems items_from(const OrderedJson& kept) {
  MetadefItems items;
  for (const OrderedJson& one : kept) {
    items.push_back(
        {one.at(0).get<std::string>(), one.at(1), one.at(2).get<std::int64_t>(), one.at(3).get<std::int64_t>()});
  }
  return items;
}

OrderedJson text_or_null(const std::optional<std::string>& text) {
  return text ? OrderedJson(*text) : OrderedJson(nullptr);
}

std::optional<std::string> text_from(const OrderedJson& kept) {
  return kept.is_null() ? std::nullopt : std::optional(kept.get<std::string>());
}

std::string document_of_space(const MetadefNamespace& space) {
  OrderedJson out;
  out["number"] = space.number;
  out["name"] = space.name;
  out["display_name"] = text_or_null(space.display_name);
  out["description"] = text_or_null(space.description);
  out["owner"] = space.owner;
  out["visibility"] = space.visibility;
  out["protected"] = space.is_protected;
  out["created_at_us"] = space.created_at_us;
  out["updated_at_us"] = space.updated_at_us;
  out["associations"] = kept_items(space.associations);
  out["objects"] = kept_items(space.objects);
  out["properties"] = kept_items(space.properties);
  out["tags"] = kept_items(space.tags);
  return out.dump();
}

MetadefNamespace space_from(const OrderedJson& kept) {
  MetadefNamespace space;
  space.number = kept.at("number").get<std::uint64_t>();
  space.name = kept.at("name").get<std::string>();
  space.display_name = text_from(kept.at("display_name"));
  space.description = text_from(kept.at("description"));
  space.owner = kept.at("owner").get<std::string>();
  space.visibility = kept.at("visibility").get<std::string>();
  space.is_protected = kept.at("protected").get<bool>();
  space.created_at_us = kept.at("created_at_us").get<std::int64_t>();
  space.updated_at_us = kept.at("updated_at_us").get<std::int64_t>();
  space.associations = items_from(kept.at("associations"));
  space.objects = items_from(kept.at("objects"));
  space.properties = items_from(kept.at("properties"));
  space.tags = items_from(kept.at("tags"));
  return space;
}

}  // namespace

MetadefItem* find_metadef(MetadefItems& items, std::string_view name) {
  const auto found =
      std::find_if(items.begin(), items.end(), [&](const MetadefItem& item) { return item.name == name; });
  return found == items.end() ? nullptr : &*found;
}

void MetadefStore::restore(const std::string& key, const std::string& document) {
  const OrderedJson kept = OrderedJson::parse(document);
  if (key == types_key) {
    resource_types_ = items_from(kept);
    return;
  }
  MetadefNamespace space = space_from(kept);
  last_number_ = std::max(last_number_, space.number);
  const auto later = std::find_if(namespaces_.begin(), namespaces_.end(),
                                  [&](const MetadefNamespace& other) { return other.number > space.number; });
  namespaces_.insert(later, std::move(space));
}

MetadefNamespace* MetadefStore::find(std::string_view name) {
  const auto found = std::find_if(namespaces_.begin(), namespaces_.end(),
                                  [&](const MetadefNamespace& space) { return space.name == name; });
  return found == namespaces_.end() ? nullptr : &*found;
}

MetadefNamespace& MetadefStore::add(MetadefNamespace made) {
  made.number = ++last_number_;
  namespaces_.push_back(std::move(made));
  changed(namespaces_.back());
  return namespaces_.back();
}

void MetadefStore::changed(const MetadefNamespace& space) {
  if (keeper_ != nullptr) keeper_->keep_metadefs(key_of(space), document_of_space(space));
}

void MetadefStore::remove(const MetadefNamespace& space) {
  if (keeper_ != nullptr) keeper_->keep_metadefs(key_of(space), {});
  namespaces_.remove_if([number = space.number](const MetadefNamespace& other) { return other.number == number; });
}

void MetadefStore::know_resource_type(const std::string& name, std::int64_t now_us) {
  if (find_metadef(resource_types_, name) != nullptr) return;
  resource_types_.push_back({name, OrderedJson::object(), now_us, now_us});
  if (keeper_ != nullptr) keeper_->keep_metadefs(types_key, kept_items(resource_types_).dump());
}

}  // namespace snapsim
