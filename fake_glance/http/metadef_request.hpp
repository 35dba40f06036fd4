#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fake_glance/http/api_message.hpp"
#include "fake_glance/http/python_text.hpp"

namespace snapsim {

/// The body of a call, if it is one that this schema allows: 403 "Attribute 'X' is read-only." for what only Glance
/// sets, 400 for what the schema does not allow, or what is no object.
OrderedJson metadef_body(const ApiRequest& request, const OrderedJson& schema);
/// 400 "Provided object does not match schema ..." where it does not.
void check_metadef(const OrderedJson& object, const OrderedJson& schema);

/// What a list of namespaces or tags is asked for (RequestDeserializer.index of both).
struct MetadefPage {
  std::optional<std::size_t> limit;  ///< none: all
  std::optional<std::string> marker;
  std::optional<std::string> visibility;
  std::optional<std::vector<std::string>> resource_types;
  std::string sort_key = "created_at";
  bool is_ascending = false;
};

/// Reads a query. Throws Refusal 400 where Glance does, and for a limit that is no number, where Glance answers 500.
MetadefPage metadef_page(std::string_view query);
/// 400 where it is said and none of these.
void check_metadef_visibility(const std::optional<std::string>& visibility,
                              std::initializer_list<std::string_view> allowed);
/// The value of the query's last parameter of that name, if it has one.
std::optional<std::string> metadef_parameter(std::string_view query, std::string_view name);
/// A moment or a number as a text that sorts as it does.
std::string sortable(std::int64_t number);

/// oslo_db's paginate_query: sorts what stands in the order of its making by a key's text and then by that order, takes
/// those after the marker and no more than the limit.
template <typename Thing, typename TextOf>
std::vector<Thing*> metadef_paged(std::vector<Thing*> things, const MetadefPage& page, const Thing* marker,
                                  const TextOf& text_of) {
  std::stable_sort(things.begin(), things.end(),
                   [&](const Thing* a, const Thing* b) { return text_of(*a) < text_of(*b); });
  if (!page.is_ascending) std::reverse(things.begin(), things.end());
  const auto found = std::find(things.begin(), things.end(), marker);
  if (found != things.end()) things.erase(things.begin(), found + 1);
  if (page.limit && things.size() > *page.limit) things.resize(*page.limit);
  return things;
}

}  // namespace snapsim
