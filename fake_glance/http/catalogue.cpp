#include "fake_glance/http/catalogue.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <random>
#include <string>

#include "fake_glance/http/python_text.hpp"

namespace snapsim {
namespace {

void append_member(std::string& out, std::string_view name, const std::optional<std::string>& text) {
  out += ", \"";
  out += name;
  out += "\": ";
  if (text) {
    append_json_string(out, *text);
  } else {
    out += "null";
  }
}

void append_plain(std::string& out, std::string_view name, std::string_view value) {
  out += ", \"";
  out += name;
  out += "\": ";
  out += value;
}

std::string number_or_null(std::int64_t number) {
  return number < 0 ? "null" : std::to_string(number);
}

/// glance/api/v2/images.py, ResponseSerializer._format_image: the properties first, then these.
std::string image_json(const ImageDescription& row, const ImageRecord& record) {
  std::string out;
  out.reserve(1024);
  for (const auto& [name, value] : row.properties) {
    out += out.empty() ? "{" : ", ";
    append_json_string(out, name);
    out += ": ";
    append_json_string(out, value);
  }
  // Formats that the flow has set are known to the record alone.
  const bool are_flow_formats = record.has_formats && !row.disk_format;
  const auto disk_format = are_flow_formats ? std::string(to_string(record.disk_format)) : row.disk_format;
  const auto container_format = are_flow_formats ? std::string("bare") : row.container_format;
  std::string rest;
  rest.reserve(1024);
  append_member(rest, "name", row.name);
  append_member(rest, "disk_format", disk_format);
  append_member(rest, "container_format", container_format);
  append_member(rest, "visibility", row.visibility);
  append_plain(rest, "size", number_or_null(record.size_bytes));
  append_plain(rest, "virtual_size", number_or_null(row.virtual_size.value_or(-1)));
  append_member(rest, "status", std::string(to_string(record.status)));
  const bool has_hashes = row.hashes.has_value();
  append_member(rest, "checksum", has_hashes ? std::optional(row.hashes->checksum) : std::nullopt);
  append_plain(rest, "protected", row.is_protected ? "true" : "false");
  append_plain(rest, "min_ram", std::to_string(row.min_ram_mb));
  append_plain(rest, "min_disk", std::to_string(row.min_disk_gb));
  append_member(rest, "owner", row.owner);
  append_plain(rest, "os_hidden", row.os_hidden ? "true" : "false");
  append_member(rest, "os_hash_algo", has_hashes ? std::optional<std::string>("sha512") : std::nullopt);
  append_member(rest, "os_hash_value", has_hashes ? std::optional(row.hashes->os_hash_value) : std::nullopt);
  append_member(rest, "id", row.uuid);
  append_plain(rest, "created_at", "\"" + iso_time(row.created_at_us) + "\"");
  append_plain(rest, "updated_at", "\"" + iso_time(row.updated_at_us) + "\"");
  rest += ", \"tags\": [";
  for (std::size_t i = 0; i < row.tags.size(); ++i) {
    if (i > 0) rest += ", ";
    append_json_string(rest, row.tags[i]);
  }
  rest += "]";
  const std::string self = "/v2/images/" + row.uuid;
  append_member(rest, "self", self);
  append_member(rest, "file", self + "/file");
  append_plain(rest, "schema", "\"/v2/schemas/image\"}");
  if (out.empty()) return "{" + rest.substr(2);
  return out + rest;
}

}  // namespace

const std::string* ImageDescription::property(std::string_view wanted) const {
  const auto found =
      std::find_if(properties.begin(), properties.end(), [&](const auto& one) { return one.first == wanted; });
  return found == properties.end() ? nullptr : &found->second;
}

const ImageMember* ImageDescription::member(std::string_view project_id) const {
  const auto found =
      std::find_if(members.begin(), members.end(), [&](const auto& one) { return one.member_id == project_id; });
  return found == members.end() ? nullptr : &*found;
}

void Catalogue::image_status_changed(ImageId image, const ImageRecord& record, ImageStatus before, bool is_new) {
  if (is_new) {
    ImageDescription made;
    if (expected_) {
      made = std::move(*expected_);
      expected_.reset();
    } else if (describer_ != nullptr) {
      made = describer_->describe(image, record);
    }
    if (made.uuid.empty()) made.uuid = random_uuid();
    if (made.created_at_us == 0) made.created_at_us = next_moment_us();
    made.updated_at_us = made.created_at_us;
    restore(image, std::move(made));
    if (keeper_ != nullptr) keeper_->keep(image, row(image), record);
    return;
  }
  ImageDescription& changing = row(image);
  const bool has_data = record.status == ImageStatus::active || record.status == ImageStatus::deactivated;
  if (record.status == ImageStatus::active && before != ImageStatus::deactivated) {
    changing.hashes = store_.hashes(image);
    // glance/location.py, set_data: a format is looked into only without a container around it.
    const bool is_of_flow = !changing.disk_format;
    const std::string disk_format(is_of_flow ? to_string(record.disk_format) : *changing.disk_format);
    const bool is_bare = is_of_flow || changing.container_format == "bare";
    changing.virtual_size = is_bare ? store_.virtual_size(image, disk_format) : std::nullopt;
  } else if (!has_data && record.status != ImageStatus::deleted) {
    changing.hashes.reset();
    changing.virtual_size.reset();
  }
  if (record.status != ImageStatus::deleted) return changed(image, record);
  // Nobody sees the row any more; the id stays taken.
  ImageDescription rest;
  rest.uuid = changing.uuid;
  rest.created_at_us = changing.created_at_us;
  rest.tasks = std::move(changing.tasks);
  ids_.erase(rest.uuid);
  deleted_.insert(rest.uuid);
  rows_[image.value] = Row{std::move(rest), {}};
  if (keeper_ != nullptr) keeper_->keep(image, row(image), record);
}

std::optional<ImageId> Catalogue::find(std::string_view uuid) const {
  const auto found = ids_.find(std::string(uuid));
  return found == ids_.end() ? std::nullopt : std::optional(found->second);
}

bool Catalogue::was_deleted(std::string_view uuid) const {
  return deleted_.contains(std::string(uuid));
}

void Catalogue::changed(ImageId image, const ImageRecord& record) {
  Row& changing = rows_[image.value];
  changing.description.updated_at_us = next_moment_us();
  changing.json.clear();
  if (keeper_ != nullptr) keeper_->keep(image, changing.description, record);
}

void Catalogue::attachments_changed(ImageId image, const ImageRecord& record) {
  if (keeper_ != nullptr) keeper_->keep(image, row(image), record);
}

const std::string& Catalogue::json(ImageId image, const ImageRecord& record) const {
  const Row& shown = rows_[image.value];
  const bool is_current = !shown.json.empty() && shown.json_status == record.status &&
                          shown.json_size == record.size_bytes && shown.json_formats == record.has_formats;
  if (!is_current) {
    shown.json = image_json(shown.description, record);
    shown.json_status = record.status;
    shown.json_size = record.size_bytes;
    shown.json_formats = record.has_formats;
  }
  return shown.json;
}

void Catalogue::restore(ImageId image, ImageDescription description) {
  if (rows_.size() <= image.value) rows_.resize(image.value + 1);
  last_moment_us_ = std::max(last_moment_us_, description.created_at_us);
  ids_[description.uuid] = image;
  rows_[image.value].description = std::move(description);
  rows_[image.value].json.clear();
}

std::int64_t Catalogue::next_moment_us() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const std::int64_t now_us = std::chrono::duration_cast<std::chrono::microseconds>(now).count();
  last_moment_us_ = std::max(last_moment_us_ + 1, now_us);
  return last_moment_us_;
}

std::string random_uuid() {
  thread_local std::mt19937_64 generator(std::random_device{}() * 0x100000001ull ^ std::random_device{}());
  const std::uint64_t high = (generator() & ~0xf000ull) | 0x4000ull;
  const std::uint64_t low = (generator() & ~(3ull << 62)) | (2ull << 62);
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%08x-%04x-%04x-%04x-%012llx", static_cast<unsigned>(high >> 32),
                static_cast<unsigned>(high >> 16 & 0xffff), static_cast<unsigned>(high & 0xffff),
                static_cast<unsigned>(low >> 48), static_cast<unsigned long long>(low & 0xffffffffffffull));
  return text.data();
}

std::string iso_time(std::int64_t microseconds) {
  using namespace std::chrono;
  const sys_seconds moment{seconds(microseconds / 1'000'000)};
  const auto day = floor<days>(moment);
  const year_month_day date(day);
  const hh_mm_ss time(moment - day);
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()));
  return text.data();
}

}  // namespace snapsim
