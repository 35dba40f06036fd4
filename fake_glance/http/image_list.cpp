#include <algorithm>

#include "fake_glance/http/image_query.hpp"
#include "fake_glance/http/images_api.hpp"
#include "fake_glance/http/refusal.hpp"

namespace snapsim {
namespace {

/// db/sqlalchemy/api.py, _select_images_query and what image_get_all makes of the visibility: what the caller sees in
/// a list, which is less than what it may look at.
bool is_listed(const Identity& who, const ImageQuery& query, const ImageDescription& row) {
  const bool is_own = row.owner == who.project_id;
  if (!query.visibility() && row.visibility == "community" && !is_own) return false;
  if (who.is_admin() || is_own || row.visibility == "public" || row.visibility == "community") return true;
  if (row.visibility != "shared") return false;
  const ImageMember* member = row.member(who.project_id);
  return member != nullptr && (query.member_status() == "all" || member->status == query.member_status());
}

}  // namespace

ApiResponse ImagesApi::list_images(const Call& call) {
  const ImageQuery::Parameters parameters = parsed_query(call.request.query);
  for (const auto& [name, value] : parameters) {
    if (!is_utf8(name) || !is_utf8(value)) {
      throw Refusal(400,
                    "Error decoding your request. Either the URL or the request body contained characters that "
                    "could not be decoded by Glance");
    }
  }
  const ImageQuery query(parameters);
  const std::string kept_query = query_without_marker(parameters);

  const Lock lock = this->lock();
  const Catalogue& catalogue = service_.catalogue;
  const auto record = [&](ImageId image) -> const ImageRecord& { return service_.glance.record(image); };
  std::optional<ImageId> marker;
  if (query.marker()) {
    marker = find_visible(call, *query.marker());
    const std::optional<ImageId> hidden = service_.catalogue.find(*query.marker());
    if (!marker && hidden && service_.glance.record(*hidden).status != ImageStatus::deleted) {
      throw Refusal(403, "Forbidding request, image " + *query.marker() + " not visible");
    }
    if (!marker) throw Refusal(400, "No image found with ID " + *query.marker());
  }
  const auto is_before = [&](ImageId a, ImageId b) {
    return query.is_before(catalogue.row(a), record(a), catalogue.row(b), record(b));
  };
  std::vector<ImageId> found;
  const bool is_in_order = query.has_default_order();
  const std::uint32_t begin = is_in_order && marker ? marker->value : catalogue.size();
  for (std::uint32_t i = begin; i-- > 0 && !(is_in_order && found.size() >= query.limit());) {
    const ImageId image(i);
    const ImageDescription& row = catalogue.row(image);
    if (!query.passes(row, record(image)) || !is_listed(call.who, query, row)) continue;
    if (!is_in_order && marker && !query.follows(catalogue.row(*marker), record(*marker), row, record(image))) continue;
    found.push_back(image);
  }
  const std::size_t count = std::min(found.size(), query.limit());
  if (!is_in_order) {
    std::partial_sort(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(count), found.end(), is_before);
    found.resize(count);
  }

  std::string body = "{\"images\": [";
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (i > 0) body += ", ";
    body += catalogue.json(found[i], record(found[i]));
  }
  body += "], \"first\": ";
  append_json_string(body, kept_query.empty() ? "/v2/images" : "/v2/images?" + kept_query);
  body += ", \"schema\": \"/v2/schemas/images\"";
  if (!found.empty() && found.size() == query.limit()) {
    const std::string parts =
        (kept_query.empty() ? "" : kept_query + "&") + "marker=" + quoted_plus(catalogue.row(found.back()).uuid);
    body += ", \"next\": ";
    append_json_string(body, "/v2/images?" + parts);
  }
  return json_response(200, body + "}");
}

}  // namespace snapsim
