#include "fake_glance/model_image_store.hpp"

#include <string_view>

namespace snapsim {
namespace {

const std::vector<ImageSlice> no_slices;

/// Hexadecimal digits that depend on what was taken in: they stand where a store with bytes has its hashes. FNV-1a,
/// one word a round.
std::string digits(const std::vector<ImageSlice>& slices, std::size_t count) {
  constexpr std::string_view alphabet = "0123456789abcdef";
  std::string text;
  for (std::uint64_t word = 0; text.size() < count; ++word) {
    std::uint64_t hash = 0xcbf29ce484222325 ^ word;
    const auto mix = [&hash](std::uint64_t value) {
      for (int byte = 0; byte < 8; ++byte) hash = (hash ^ (value >> (8 * byte) & 0xff)) * 0x100000001b3;
    };
    for (const ImageSlice& slice : slices) {
      mix(slice.file.value);
      mix(static_cast<std::uint64_t>(slice.offset));
      mix(static_cast<std::uint64_t>(slice.length));
    }
    mix(word);
    for (int digit = 0; digit < 16 && text.size() < count; ++digit) text += alphabet[hash >> (4 * digit) & 15];
  }
  return text;
}

}  // namespace

StoreResult<void> ModelImageStore::begin(ImageId image) {
  if (image.value >= images_.size()) images_.resize(image.value + 1);
  Data& data = images_[image.value];
  if (data.exists) return StoreError{StoreError::Kind::duplicate, "a file of that image is there already"};
  data.exists = true;
  data.slices.clear();
  return {};
}

StoreResult<void> ModelImageStore::append(ImageId image, const ImageSlice& slice) {
  std::vector<ImageSlice>& slices = images_[image.value].slices;
  if (slice.length == 0) return {};
  if (capacity_bytes_ && bytes_kept() + slice.length > *capacity_bytes_) {
    return StoreError{StoreError::Kind::full, "the store has no room for it"};
  }
  if (!slices.empty() && slices.back().file == slice.file &&
      slices.back().offset + slices.back().length == slice.offset) {
    slices.back().length += slice.length;
  } else {
    slices.push_back(slice);
  }
  return {};
}

StoreResult<StoreReceipt> ModelImageStore::finish(ImageId image) {
  return StoreReceipt{bytes_kept(image)};
}

void ModelImageStore::remove(ImageId image) {
  if (image.value < images_.size()) images_[image.value] = {};
}

std::int64_t ModelImageStore::bytes_kept() const {
  std::int64_t bytes = 0;
  for (std::uint32_t i = 0; i < images_.size(); ++i) bytes += bytes_kept(ImageId(i));
  return bytes;
}

std::int64_t ModelImageStore::bytes_kept(ImageId image) const {
  std::int64_t bytes = 0;
  for (const ImageSlice& slice : slices(image)) bytes += slice.length;
  return bytes;
}

ImageHashes ModelImageStore::hashes(ImageId image) const {
  return {digits(slices(image), 32), digits(slices(image), 128)};
}

const std::vector<ImageSlice>& ModelImageStore::slices(ImageId image) const {
  return image.value < images_.size() ? images_[image.value].slices : no_slices;
}

}  // namespace snapsim
