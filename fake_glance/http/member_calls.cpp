#include <algorithm>

#include "fake_glance/http/images_api.hpp"
#include "fake_glance/http/refusal.hpp"

namespace snapsim {
namespace {

constexpr std::size_t member_quota = 128;

std::string member_json(const std::string& image_uuid, const ImageMember& member) {
  OrderedJson out;
  out["member_id"] = member.member_id;
  out["image_id"] = image_uuid;
  out["status"] = member.status;
  out["created_at"] = iso_time(member.created_at_us);
  out["updated_at"] = iso_time(member.updated_at_us);
  out["schema"] = "/v2/schemas/member";
  return python_json(out);
}

/// image_members.py, RequestDeserializer.create.
std::string requested_member(const OrderedJson& body) {
  if (!body.is_object()) throw Refusal(400, "Expected a member in the form: {\"member\": \"image_id\"}");
  const auto found = body.find("member");
  if (found == body.end()) throw Refusal(400, "Member to be added not specified");
  if (found->is_null() || found->empty() || *found == "") throw Refusal(400, "Member can't be empty");
  // DIFFERS: of what is no text Glance's database takes numbers; for the rest Glance answers 500.
  if (!found->is_string()) throw Refusal(400, "Expected a member in the form: {\"member\": \"image_id\"}");
  return *found;
}

std::string requested_status(const OrderedJson& body) {
  if (!body.is_object()) throw Refusal(400, "Expected a status in the form: {\"status\": \"status\"}");
  const auto found = body.find("status");
  if (found == body.end()) throw Refusal(400, "Status not specified");
  return found->is_string() ? found->get<std::string>() : python_repr(*found);
}

std::string not_in_list(const std::string& member, const std::string& uuid) {
  return member + " not found in the member list of the image " + uuid + ".";
}

Refusal not_allowed(const std::string& doing, const std::string& uuid) {
  return Refusal(403, "Not allowed to " + doing + " members for image " + uuid + ".");
}

}  // namespace

/// db/sqlalchemy/api.py, _image_member_find: the owner sees all members, a member sees itself.
const ImageMember& ImagesApi::visible_member(const Call& call, ImageId image) const {
  const ImageDescription& row = service_.catalogue.row(image);
  const std::string& wanted = call.path[3];
  const ImageMember* found = row.member(wanted);
  const bool may_see = is_mutable(call, image) || wanted == call.who.project_id;
  if (found == nullptr || !may_see) throw Refusal(404, not_in_list(wanted, row.uuid));
  return *found;
}

ApiResponse ImagesApi::list_members(const Call& call) {
  const std::string& uuid = call.path[1];
  const Lock lock = this->lock();
  const std::optional<ImageId> image = find_visible(call, uuid);
  if (!image) throw Refusal(404, "Image " + uuid + " not found.");
  const ImageDescription& row = service_.catalogue.row(*image);
  if (row.visibility != "shared") {
    throw Refusal(403, "Not allowed to list members for image " + uuid + ": Only shared images have members.");
  }
  std::string members;
  for (const ImageMember& member : row.members) {
    if (!is_mutable(call, *image) && member.member_id != call.who.project_id) continue;
    members += (members.empty() ? "" : ", ") + member_json(uuid, member);
  }
  return json_response(200, "{\"members\": [" + members + "], \"schema\": \"/v2/schemas/members\"}");
}

ApiResponse ImagesApi::create_member(const Call& call) {
  const std::string& uuid = call.path[1];
  const std::string member = requested_member(json_body(call.request));
  Lock lock = this->lock();
  const std::optional<ImageId> image = find_visible(call, uuid);
  if (!image) throw Refusal(404, "Image " + uuid + " not found.");
  ImageDescription& row = service_.catalogue.row(*image);
  if (row.visibility != "shared" || !is_mutable(call, *image)) throw not_allowed("create", uuid);
  if (has_4_byte_character(member)) throw Refusal(400, "Member can't contain 4 byte unicode characters.");
  if (row.member(member) != nullptr) {
    throw Refusal(409, "Member " + member + " is duplicated for image " + uuid);
  }
  if (row.members.size() >= member_quota) {
    throw Refusal(413, "Image member limit exceeded for image " + uuid +
                           ": The limit has been exceeded on the number of allowed image members for this image. "
                           "Attempted: " +
                           std::to_string(row.members.size() + 1) + ", Maximum: 128:");
  }
  const std::int64_t now_us = service_.catalogue.next_moment_us();
  row.members.push_back({member, "pending", now_us, now_us});
  service_.catalogue.attachments_changed(*image, service_.glance.record(*image));
  const std::string shown = member_json(uuid, row.members.back());
  commit(std::move(lock));
  return json_response(200, shown);
}

ApiResponse ImagesApi::show_member(const Call& call) {
  const std::string& uuid = call.path[1];
  const Lock lock = this->lock();
  const std::optional<ImageId> image = find_visible(call, uuid);
  if (!image) throw Refusal(404, "Image " + uuid + " not found.");
  if (service_.catalogue.row(*image).visibility != "shared") throw Refusal(404, "Only shared images have members.");
  return json_response(200, member_json(uuid, visible_member(call, *image)));
}

ApiResponse ImagesApi::update_member(const Call& call) {
  const std::string& uuid = call.path[1];
  const std::string status = requested_status(json_body(call.request));
  Lock lock = this->lock();
  const std::optional<ImageId> image = find_visible(call, uuid);
  if (!image) throw Refusal(404, "Image " + uuid + " not found.");
  ImageDescription& row = service_.catalogue.row(*image);
  const bool is_owner = row.owner == call.who.project_id;
  if (row.visibility != "shared" || (is_owner && !call.who.is_admin())) throw not_allowed("update", uuid);
  const std::string member_id = visible_member(call, *image).member_id;
  if (status != "pending" && status != "accepted" && status != "rejected") {
    throw Refusal(400, "Incorrect request: Status must be \"pending\", \"accepted\" or \"rejected\".");
  }
  const auto member = std::find_if(row.members.begin(), row.members.end(),
                                   [&](const ImageMember& one) { return one.member_id == member_id; });
  member->status = status;
  member->updated_at_us = service_.catalogue.next_moment_us();
  service_.catalogue.attachments_changed(*image, service_.glance.record(*image));
  const std::string shown = member_json(uuid, *member);
  commit(std::move(lock));
  return json_response(200, shown);
}

ApiResponse ImagesApi::delete_member(const Call& call) {
  const std::string& uuid = call.path[1];
  Lock lock = this->lock();
  const std::optional<ImageId> image = find_visible(call, uuid);
  if (!image) throw Refusal(404, "Image " + uuid + " not found.");
  ImageDescription& row = service_.catalogue.row(*image);
  if (row.visibility != "shared" || !is_mutable(call, *image)) throw not_allowed("delete", uuid);
  const std::string member_id = visible_member(call, *image).member_id;
  std::erase_if(row.members, [&](const ImageMember& one) { return one.member_id == member_id; });
  service_.catalogue.attachments_changed(*image, service_.glance.record(*image));
  commit(std::move(lock));
  ApiResponse response;  // image_members.py has no serializer for it, so not even a Content-Type.
  response.status = 204;
  return response;
}

}  // namespace snapsim
