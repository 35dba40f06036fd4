#include <cctype>
#include <functional>

#include "fake_glance/http/images_api.hpp"
#include "fake_glance/http/refusal.hpp"

namespace snapsim {
namespace {

/// An upload that may not become longer than image_size_cap.
class CappedSink final : public BodySink {
 public:
  CappedSink(HashingUpload& upload, std::int64_t cap_bytes) : upload_(upload), left_bytes_(cap_bytes) {}
  std::span<std::byte> buffer() override { return upload_.buffer(); }
  bool accept(std::size_t count) override {
    left_bytes_ -= static_cast<std::int64_t>(count);
    return left_bytes_ >= 0 && upload_.accept(count);
  }
  bool is_over_cap() const { return left_bytes_ < 0; }

 private:
  HashingUpload& upload_;
  std::int64_t left_bytes_;
};

void check_octet_stream(const ApiRequest& request) {
  const std::string given = request.content_type.value_or("");
  const std::string type = given.substr(0, given.find(';'));
  if (type != "application/octet-stream") throw Refusal::plain(415);
}

/// Bytes of an image that a client asks for, the last one excluded.
struct ByteRange {
  std::int64_t begin = 0;
  std::int64_t end = 0;
};

/// Positions behind it are all the same: behind every image's end.
constexpr std::int64_t position_max = INT64_MAX - 1;

/// A run of digits at text[at], which is moved behind it; none where there is none.
std::optional<std::int64_t> number_at(std::string_view text, std::size_t& at) {
  const std::size_t begin = at;
  std::int64_t number = 0;
  while (at < text.size() && std::isdigit(static_cast<unsigned char>(text[at])) != 0) {
    const int digit = text[at++] - '0';
    number = number > (position_max - digit) / 10 ? position_max : number * 10 + digit;
  }
  return at == begin ? std::nullopt : std::optional(number);
}

void skip_blanks(std::string_view text, std::size_t& at) {
  while (at < text.size() && (text[at] == ' ' || text[at] == '\t')) ++at;
}

std::string limits(std::int64_t size_bytes) {
  return "[0, " + std::to_string(size_bytes - 1) + "].";
}

/// webob.byterange.Range.parse, and common/wsgi.py: get_range_from_request.
ByteRange parsed_range(std::string_view text, std::int64_t size_bytes) {
  if (text.find(',') != std::string_view::npos) {
    throw Refusal(400,
                  "Requests with multiple ranges are not supported in Glance. You may make multiple single-range "
                  "requests instead.");
  }
  const Refusal invalid = Refusal::with_detail(416, "Invalid Range header.");
  std::size_t at = 0;
  skip_blanks(text, at);
  for (const char c : std::string_view("bytes")) {
    if (at >= text.size() || std::tolower(static_cast<unsigned char>(text[at++])) != c) throw invalid;
  }
  skip_blanks(text, at);
  if (at >= text.size() || text[at++] != '=') throw invalid;
  skip_blanks(text, at);
  const std::optional<std::int64_t> first = number_at(text, at);
  skip_blanks(text, at);
  if (at >= text.size() || text[at++] != '-') throw invalid;
  skip_blanks(text, at);
  const std::optional<std::int64_t> last = number_at(text, at);
  if (!first && !last) throw invalid;
  if (!first) return {*last<size_bytes&& * last> 0 ? size_bytes - *last : 0, size_bytes};
  if (last && *last < *first) throw invalid;
  if (*first >= size_bytes) {
    throw Refusal::with_detail(416,
                               "Invalid start position in Range header. Start position MUST be in the inclusive "
                               "range " +
                                   limits(size_bytes));
  }
  return {*first, last && *last < size_bytes ? *last + 1 : size_bytes};
}

/// webob.byterange.ContentRange.parse: Glance takes this header for a Range, too.
ByteRange parsed_content_range(std::string_view text, std::int64_t size_bytes) {
  const Refusal invalid = Refusal::with_detail(416, "Invalid Content-Range header.");
  if (!text.starts_with("bytes ")) throw invalid;
  std::size_t at = 6;
  const std::optional<std::int64_t> first = number_at(text, at);
  if (!first || at >= text.size() || text[at++] != '-') throw invalid;
  const std::optional<std::int64_t> last = number_at(text, at);
  if (!last || *last < *first || at >= text.size() || text[at++] != '/') throw invalid;
  const std::optional<std::int64_t> length = number_at(text, at);
  const bool has_length = length.has_value();
  if (has_length ? *last >= *length : at >= text.size() || text[at] != '*') throw invalid;
  const std::string where = " position in Content-Range header. ";
  if (!has_length && *last + 1 > size_bytes) {
    throw Refusal::with_detail(
        416, "Invalid stop" + where + "The stop position MUST be in the inclusive range " + limits(size_bytes));
  }
  if (*first >= size_bytes) {
    throw Refusal::with_detail(
        416, "Invalid start" + where + "Start position MUST be in the inclusive range " + limits(size_bytes));
  }
  return {*first, std::min(*last + 1, size_bytes)};
}

Refusal store_refusal(const StoreError& error) {
  // glance_store's StorageFull.
  if (error.kind == StoreError::Kind::full) {
    return Refusal(413, "Image storage media is full: There is not enough disk space on the image storage media.");
  }
  return Refusal::plain(500);
}

}  // namespace

void ImagesApi::receive(const Call& call, HashingUpload& upload, const std::function<void()>& abort) {
  CappedSink sink(upload, options_.image_size_cap_bytes);
  RequestBody& body = *call.request.body;
  const BodyEnd end = call.request.has_body() ? body.stream(sink) : BodyEnd::complete;
  if (end == BodyEnd::complete && upload.finish()) return;
  Lock lock = this->lock();
  abort();
  commit(std::move(lock));
  if (end == BodyEnd::malformed) throw Refusal(400, body.complaint());
  if (end == BodyEnd::disconnected) throw Refusal::plain(400);
  if (sink.is_over_cap()) {
    throw Refusal(413, "The incoming image is too large: The provided image is too large.");
  }
  throw store_refusal(upload.error().value_or(StoreError{}));
}

ApiResponse ImagesApi::upload(const Call& call) {
  check_octet_stream(call.request);
  const std::string& uuid = call.path[1];
  Lock lock = this->lock();
  const ImageId image = visible_image(call, uuid);
  if (!is_mutable(call, image)) throw Refusal(403, "Not allowed to upload image data for image " + uuid);
  check_transition(image, ImageStatus::saving);
  const GlanceResult<void> begun = service_.glance.begin_upload(image);
  if (!begun) throw Refusal::plain(begun.error().status);
  const std::shared_ptr<HashingUpload> upload = service_.folder.upload(image);
  commit(std::move(lock));

  receive(call, *upload, [&] { service_.glance.abort_upload(image); });
  lock = this->lock();
  const GlanceResult<void> finished = service_.glance.finish_upload(image);
  commit(std::move(lock));
  if (finished) return empty_response(204);
  if (finished.error().status != 410) throw Refusal::plain(finished.error().status);
  throw Refusal(410, "Image " + uuid +
                         " could not be found after upload. The image may have been deleted during the "
                         "upload, cleaning up the chunks uploaded.");
}

ApiResponse ImagesApi::stage(const Call& call) {
  check_octet_stream(call.request);
  const std::string& uuid = call.path[1];
  Lock lock = this->lock();
  const ImageId image = visible_image(call, uuid);
  check_mutable(call, image);
  check_transition(image, ImageStatus::uploading);
  const GlanceResult<void> begun = service_.glance.begin_stage(image);
  if (!begun) throw Refusal::plain(begun.error().status);
  const StoreResult<void> opened = service_.folder.begin_stage(image);
  if (!opened) {
    // DIFFERS: Glance leaves the image in `uploading`.
    service_.glance.abort_stage(image);
    commit(std::move(lock));
    if (opened.error().kind != StoreError::Kind::duplicate) throw store_refusal(opened.error());
    throw Refusal(409, "The image " + uuid + " has data on staging");
  }
  const std::shared_ptr<HashingUpload> upload = service_.folder.upload(image);
  commit(std::move(lock));

  receive(call, *upload, [&] {
    service_.folder.remove_staged(image);
    service_.glance.abort_stage(image);
  });
  lock = this->lock();
  const GlanceResult<void> finished = service_.glance.finish_stage(image, upload->finish()->size_bytes);
  if (!finished) service_.folder.remove_staged(image);
  commit(std::move(lock));
  if (!finished) throw Refusal(404, "No image found with ID " + uuid);
  return empty_response(204);
}

ApiResponse ImagesApi::download(const Call& call) {
  Lock lock = this->lock();
  const ImageId image = visible_image(call, call.path[1]);
  const ImageRecord& record = service_.glance.record(image);
  if (record.status == ImageStatus::deactivated && !call.who.is_admin()) {
    throw Refusal(403, "The requested image has been deactivated. Image data download is forbidden.");
  }
  const bool has_data = record.status == ImageStatus::active || record.status == ImageStatus::deactivated;
  ApiResponse response;
  // DIFFERS: with a Range, Glance answers 500.
  if (!has_data) {
    response.status = 204;
    return response;
  }
  const std::int64_t size_bytes = record.size_bytes;
  ByteRange range{0, size_bytes};
  const bool is_partial = call.request.range || call.request.content_range;
  if (call.request.range) {
    range = parsed_range(*call.request.range, size_bytes);
  } else if (is_partial) {
    range = parsed_content_range(*call.request.content_range, size_bytes);
  }
  auto file = service_.folder.open(image);
  if (!file) {
    response.status = 204;
    return response;
  }
  response.content_type = "application/octet-stream";
  if (is_partial) {
    response.status = 206;
    response.headers.emplace_back("Content-Range", "bytes " + std::to_string(range.begin) + "-" +
                                                       std::to_string(range.end - 1) + "/" +
                                                       std::to_string(size_bytes));
  }
  const std::optional<ImageHashes>& hashes = service_.catalogue.row(image).hashes;
  if (hashes) response.headers.emplace_back("Content-Md5", hashes->checksum);
  response.file = FilePart{std::make_shared<UniqueFd>(std::move(*file)), range.begin, range.end - range.begin};
  return response;
}

}  // namespace snapsim
