#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fake_glance/http/api_message.hpp"
#include "fake_glance/http/catalogue.hpp"

namespace snapsim {

/// A moment as a filter gives it, in microseconds since the epoch: ISO 8601 with or without a time, a fraction and an
/// offset from UTC. None for what is no such text.
std::optional<std::int64_t> parsed_iso_time(std::string_view text);

/// The query of GET /v2/images: images.py (RequestDeserializer.index) and db/sqlalchemy/api.py
/// (_make_conditions_from_filters). Made once and asked for every image.
class ImageQuery {
 public:
  using Parameters = std::vector<std::pair<std::string, std::string>>;

  /// Throws Refusal 400 where Glance does.
  explicit ImageQuery(const Parameters& parameters);

  /// True if the image passes all filters. Whether the caller may see it is another question.
  bool passes(const ImageDescription& row, const ImageRecord& record) const;
  /// True if the list shows the first image before the second.
  bool is_before(const ImageDescription& a, const ImageRecord& a_record, const ImageDescription& b,
                 const ImageRecord& b_record) const;

  /// True if the image comes on a page after the one that ends with `marker` (db/sqlalchemy/api.py: _paginate_query).
  /// What is null there is taken for 0 or empty, though in the order it comes before that.
  bool follows(const ImageDescription& marker, const ImageRecord& marker_record, const ImageDescription& row,
               const ImageRecord& record) const;

  /// created_at descending alone: the order in which images were made, backwards.
  bool has_default_order() const;
  std::size_t limit() const { return limit_; }
  const std::optional<std::string>& marker() const { return marker_; }
  const std::optional<std::string>& visibility() const { return visibility_; }
  const std::string& member_status() const { return member_status_; }

 private:
  struct SortKey {
    std::string name;
    bool is_descending = true;
  };
  /// A comparison of a moment.
  struct MomentFilter {
    bool is_creation = true;
    std::string operation;
    std::int64_t moment_us = 0;
  };
  /// One of the values that a text must have.
  struct TextFilter {
    std::string name;
    std::vector<std::string> values;
  };
  struct RangeFilter {
    std::string name;
    std::int64_t bound = 0;
    bool is_minimum = true;
  };

  void read_sorting(const Parameters& parameters, const std::optional<std::string>& sorting);
  void read_filter(const std::string& name, const std::string& value);
  bool passes_text(const TextFilter& filter, const ImageDescription& row, const ImageRecord& record) const;
  /// How null compares with what is empty.
  enum class Null : std::uint8_t { comes_first, is_empty };
  static int compare(const std::string& key, Null null, const ImageDescription& a, const ImageRecord& a_record,
                     const ImageDescription& b, const ImageRecord& b_record);
  bool is_ordered(Null null, const ImageDescription& a, const ImageRecord& a_record, const ImageDescription& b,
                  const ImageRecord& b_record) const;

  std::size_t limit_ = 25;
  std::optional<std::string> marker_;
  std::optional<std::string> visibility_;
  std::string member_status_ = "accepted";
  bool os_hidden_ = false;
  std::optional<bool> is_protected_;
  std::vector<std::string> tags_;
  std::vector<SortKey> sort_keys_;
  std::vector<MomentFilter> moments_;
  std::vector<TextFilter> texts_;
  std::vector<RangeFilter> ranges_;
};

}  // namespace snapsim
