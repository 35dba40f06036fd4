#include "fake_glance/http/image_query.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

#include "fake_glance/http/refusal.hpp"

namespace snapsim {
namespace {

constexpr std::array<std::string_view, 8> sortable{"name", "status", "container_format", "disk_format",
                                                   "size", "id",     "created_at",       "updated_at"};
/// Columns that have a _min and a _max.
constexpr std::array<std::string_view, 4> numeric_columns{"size", "virtual_size", "min_disk", "min_ram"};
constexpr std::size_t limit_max = 1000;

/// int(text) of Python, within 64 bits.
std::optional<std::int64_t> parsed_int(std::string_view text) {
  const std::string bare = stripped(text);
  std::string_view digits = bare;
  if (digits.starts_with('+')) digits.remove_prefix(1);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error == std::errc::result_out_of_range) return digits.starts_with('-') ? INT64_MIN : INT64_MAX;
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return number;
}

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> choices) {
  return std::find(choices.begin(), choices.end(), text) != choices.end();
}

bool flag_of(const std::string& name, std::string value, bool is_lowered) {
  if (is_lowered)
    std::transform(value.begin(), value.end(), value.begin(),
                   [](char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c); });
  if (value == "true" || value == "false") return value == "true";
  throw Refusal(400, "Invalid value '" + value + "' for '" + name + "' filter. Valid values are 'true' or 'false'.");
}

/// utils.split_filter_op.
std::pair<std::string, std::string> split_operator(const std::string& expression) {
  const std::size_t colon = expression.find(':');
  if (colon == std::string::npos || parsed_iso_time(expression)) return {"eq", expression};
  return {expression.substr(0, colon), expression.substr(colon + 1)};
}

/// utils.validate_quotes.
void check_quotes(const std::string& value) {
  const auto refuse = [&](const char* what) { throw Refusal(400, "Invalid filter value " + value + ". " + what); };
  bool is_outside = true;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] != '"' || (i > 0 && value[i - 1] == '\\')) continue;
    if (is_outside && i > 0 && value[i - 1] != ',') refuse("There is no comma before opening quotation mark.");
    if (!is_outside && i + 1 != value.size() && value[i + 1] != ',') {
      refuse("There is no comma after closing quotation mark.");
    }
    is_outside = !is_outside;
  }
  if (!is_outside) refuse("The quote is not closed.");
}

/// utils.split_filter_value_for_quotes.
std::vector<std::string> split_values(const std::string& value) {
  check_quotes(value);
  std::vector<std::string> values;
  for (std::size_t at = 0; at < value.size();) {
    std::string one;
    if (value[at] == '"') {
      for (++at; at < value.size() && value[at] != '"'; ++at) {
        if (value[at] == '\\' && at + 1 < value.size()) one += value[at++];
        one += value[at];
      }
      at = std::min(at + 1, value.size());
    } else {
      while (at < value.size() && value[at] != ',') one += value[at++];
    }
    if (at < value.size() && value[at] == ',') ++at;
    values.push_back(std::move(one));
  }
  return values;
}

int sign(std::int64_t a, std::int64_t b) {
  return a < b ? -1 : a > b ? 1 : 0;
}

}  // namespace

std::optional<std::int64_t> parsed_iso_time(std::string_view text) {
  std::size_t at = 0;
  const auto digits = [&](std::size_t count) -> std::optional<int> {
    if (at + count > text.size()) return std::nullopt;
    int number = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const char c = text[at + i];
      if (c < '0' || c > '9') return std::nullopt;
      number = number * 10 + (c - '0');
    }
    at += count;
    return number;
  };
  const auto skip = [&](char c) {
    const bool is_there = at < text.size() && text[at] == c;
    if (is_there) ++at;
    return is_there;
  };
  const auto year = digits(4);
  if (!year) return std::nullopt;
  skip('-');
  const auto month = digits(2).value_or(1);
  skip('-');
  const auto day = digits(2).value_or(1);
  int hour = 0;
  int minute = 0;
  int second = 0;
  std::int64_t microseconds = 0;
  std::int64_t offset_minutes = 0;
  if (skip('T') || skip(' ')) {
    const auto given_hour = digits(2);
    if (!given_hour) return std::nullopt;
    hour = *given_hour;
    skip(':');
    minute = digits(2).value_or(0);
    skip(':');
    second = digits(2).value_or(0);
    if (skip('.') || skip(',')) {
      std::int64_t scale = 100'000;
      for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, scale /= 10) {
        microseconds += (text[at] - '0') * scale;
      }
    }
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) {
      const int direction = text[at++] == '+' ? 1 : -1;
      const auto hours = digits(2);
      if (!hours) return std::nullopt;
      skip(':');
      offset_minutes = direction * (*hours * 60 + digits(2).value_or(0));
    } else {
      skip('Z');
    }
  }
  using namespace std::chrono;
  const year_month_day date(std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(month)),
                            std::chrono::day(static_cast<unsigned>(day)));
  if (at != text.size() || !date.ok() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  const sys_seconds moment = sys_days(date) + hours(hour) + minutes(minute - offset_minutes) + seconds(second);
  return moment.time_since_epoch().count() * 1'000'000 + microseconds;
}

ImageQuery::ImageQuery(const Parameters& parameters) {
  // One value each, the last one given, as webob's MultiDict hands them over; only tags add up. Of limit, marker,
  // member_status and sort the first one counts, and any more are taken for filters by properties of that name.
  const auto first = [&](std::string_view name) -> std::optional<std::string> {
    const auto is_it = [name](const auto& one) { return one.first == name; };
    const auto found = std::find_if(parameters.begin(), parameters.end(), is_it);
    if (found == parameters.end()) return std::nullopt;
    for (auto more = std::next(found); more != parameters.end(); ++more) {
      if (is_it(*more)) texts_.push_back({more->first, {more->second}});
    }
    return found->second;
  };
  const auto last = [&](std::string_view name) -> std::optional<std::string> {
    for (auto one = parameters.rbegin(); one != parameters.rend(); ++one) {
      if (one->first == name) return one->second;
    }
    return std::nullopt;
  };
  visibility_ = last("visibility");
  if (visibility_ && !visibility_->empty() &&
      !is_one_of(*visibility_, {"community", "public", "private", "shared", "all"})) {
    throw Refusal(400, "Invalid visibility value: " + *visibility_);
  }
  if (!last("changes-since").value_or("").empty()) {
    throw Refusal(400, "The \"changes-since\" filter is no longer available on v2.");
  }
  member_status_ = first("member_status").value_or("accepted");
  if (!is_one_of(member_status_, {"pending", "accepted", "rejected", "all"})) {
    throw Refusal(400, "Invalid status: " + member_status_);
  }
  marker_ = first("marker");
  if (const auto limit = first("limit")) {
    const auto number = parsed_int(*limit);
    if (!number) throw Refusal(400, "limit param must be an integer");
    if (*number < 0) throw Refusal(400, "limit param must be positive");
    limit_ = std::min(static_cast<std::size_t>(*number), limit_max);
  }
  read_sorting(parameters, first("sort"));
  os_hidden_ = flag_of("os_hidden", last("os_hidden").value_or("false"), true);
  if (const auto is_protected = last("protected")) is_protected_ = flag_of("protected", *is_protected, false);
  std::vector<std::string> seen;
  for (const auto& [name, value] : parameters) {
    if (name == "tag") tags_.push_back(stripped(value));
    const bool is_read = is_one_of(name, {"tag", "limit", "marker", "member_status", "visibility", "os_hidden",
                                          "protected", "sort", "sort_key", "sort_dir", "changes-since", "deleted"});
    if (is_read || std::find(seen.begin(), seen.end(), name) != seen.end()) continue;
    seen.push_back(name);
    read_filter(name, *last(name));
  }
}

void ImageQuery::read_sorting(const Parameters& parameters, const std::optional<std::string>& sorting) {
  std::vector<std::string> keys;
  std::vector<std::string> directions;
  const auto add_key = [&](const std::string& key) {
    if (std::find(sortable.begin(), sortable.end(), key) == sortable.end()) {
      throw Refusal(400, "Invalid sort key: " + key +
                             ". It must be one of the following: name, status, container_format, disk_format, size, "
                             "id, created_at, updated_at.");
    }
    keys.push_back(key);
  };
  const auto add_direction = [&](const std::string& direction) {
    if (direction != "asc" && direction != "desc") throw Refusal(400, "Invalid sort direction: " + direction);
    directions.push_back(direction);
  };
  const auto has = [&](std::string_view name) {
    return std::any_of(parameters.begin(), parameters.end(), [&](const auto& one) { return one.first == name; });
  };
  if (sorting) {
    if (has("sort_key") || has("sort_dir")) throw Refusal(400, "Old and new sorting syntax cannot be combined");
    const std::string sort = stripped(*sorting);
    for (std::size_t at = 0; at <= sort.size();) {
      const std::size_t end = std::min(sort.find(',', at), sort.size());
      const std::string one = sort.substr(at, end - at);
      const std::size_t colon = std::min(one.find(':'), one.size());
      const std::string direction = colon + 1 < one.size() ? one.substr(colon + 1) : "desc";
      add_key(stripped(one.substr(0, colon)));
      add_direction(stripped(direction));
      at = end + 1;
    }
  } else {
    for (const auto& [name, value] : parameters) {
      if (name == "sort_key") add_key(stripped(value));
    }
    for (const auto& [name, value] : parameters) {
      if (name == "sort_dir") add_direction(stripped(value));
    }
    if (directions.size() > 1 && directions.size() != keys.size()) {
      throw Refusal(400, "Number of sort dirs does not match the number of sort keys");
    }
  }
  if (keys.empty()) keys.emplace_back("created_at");
  if (directions.empty()) directions.emplace_back("desc");
  for (std::size_t i = 0; i < keys.size(); ++i) {
    sort_keys_.push_back({keys[i], directions[directions.size() == 1 ? 0 : i] == "desc"});
  }
  const bool default_descending = directions.size() == 1 ? directions[0] == "desc" : true;
  for (const char* name : {"created_at", "id"}) {
    if (std::find(keys.begin(), keys.end(), name) == keys.end()) sort_keys_.push_back({name, default_descending});
  }
}

void ImageQuery::read_filter(const std::string& name, const std::string& value) {
  if (name.ends_with("_min") || name.ends_with("_max")) {
    const auto number = parsed_int(value);
    if (!number) throw Refusal(400, "Unable to filter on a range with a non-numeric value.");
    const std::string column = name.substr(0, name.size() - 4);
    // DIFFERS: for any other name Glance answers 500.
    if (std::find(numeric_columns.begin(), numeric_columns.end(), column) == numeric_columns.end()) {
      throw Refusal(400, "Unable to filter using the specified range.");
    }
    ranges_.push_back({column, *number, name.ends_with("_min")});
  } else if (name == "created_at" || name == "updated_at") {
    const auto [operation, text] = split_operator(value);
    const auto moment = parsed_iso_time(text);
    if (!moment) {
      throw Refusal(400, "Bad \"" + name + "\" query filter format. Use ISO 8601 DateTime notation.");
    }
    if (!is_one_of(operation, {"gt", "gte", "lt", "lte", "neq", "eq"})) {
      throw Refusal(400, "Unable to filter on a unknown operator.");
    }
    moments_.push_back({name == "created_at", operation, *moment});
  } else if (is_one_of(name, {"name", "id", "status", "container_format", "disk_format"})) {
    const auto [operation, text] = split_operator(value);
    if (operation != "in" && operation != "eq") {
      throw Refusal(400, "Unable to filter by unknown operator '" + operation + "'.");
    }
    texts_.push_back({name, operation == "in" ? split_values(text) : std::vector<std::string>{text}});
  } else {
    texts_.push_back({name, {value}});
  }
}

bool ImageQuery::passes_text(const TextFilter& filter, const ImageDescription& row, const ImageRecord& record) const {
  const auto is_wanted = [&](std::string_view text) {
    return std::find(filter.values.begin(), filter.values.end(), text) != filter.values.end();
  };
  const auto is_number = [&](std::int64_t number) { return parsed_int(filter.values[0]) == number; };
  const std::string& name = filter.name;
  if (name == "name") return row.name && is_wanted(*row.name);
  if (name == "id") return is_wanted(row.uuid);
  if (name == "status") return is_wanted(to_string(record.status));
  const bool is_of_flow = record.has_formats && !row.disk_format;
  if (name == "disk_format") {
    return is_of_flow ? is_wanted(to_string(record.disk_format)) : row.disk_format && is_wanted(*row.disk_format);
  }
  if (name == "container_format") {
    return is_of_flow ? is_wanted("bare") : row.container_format && is_wanted(*row.container_format);
  }
  if (name == "owner") return row.owner && is_wanted(*row.owner);
  if (name == "checksum") return row.hashes && is_wanted(row.hashes->checksum);
  if (name == "os_hash_value") return row.hashes && is_wanted(row.hashes->os_hash_value);
  if (name == "os_hash_algo") return row.hashes && is_wanted("sha512");
  if (name == "size") return record.size_bytes >= 0 && is_number(record.size_bytes);
  if (name == "virtual_size") return row.virtual_size && is_number(*row.virtual_size);
  if (name == "min_disk") return is_number(row.min_disk_gb);
  if (name == "min_ram") return is_number(row.min_ram_mb);
  const std::string* property = row.property(name);
  return property != nullptr && is_wanted(*property);
}

bool ImageQuery::passes(const ImageDescription& row, const ImageRecord& record) const {
  if (record.status == ImageStatus::deleted || record.status == ImageStatus::killed) return false;
  if (row.os_hidden != os_hidden_ || (is_protected_ && row.is_protected != *is_protected_)) return false;
  if (visibility_ && *visibility_ != "all" && row.visibility != *visibility_) return false;
  for (const std::string& tag : tags_) {
    if (std::find(row.tags.begin(), row.tags.end(), tag) == row.tags.end()) return false;
  }
  for (const RangeFilter& range : ranges_) {
    const std::int64_t value = range.name == "size"           ? record.size_bytes
                               : range.name == "virtual_size" ? row.virtual_size.value_or(-1)
                               : range.name == "min_disk"     ? row.min_disk_gb
                                                              : row.min_ram_mb;
    if (value < 0 || (range.is_minimum ? value < range.bound : value > range.bound)) return false;
  }
  for (const MomentFilter& filter : moments_) {
    const int order = sign(filter.is_creation ? row.created_at_us : row.updated_at_us, filter.moment_us);
    const bool is_good = filter.operation == "gt"    ? order > 0
                         : filter.operation == "gte" ? order >= 0
                         : filter.operation == "lt"  ? order < 0
                         : filter.operation == "lte" ? order <= 0
                         : filter.operation == "eq"  ? order == 0
                                                     : order != 0;
    if (!is_good) return false;
  }
  return std::all_of(texts_.begin(), texts_.end(),
                     [&](const TextFilter& filter) { return passes_text(filter, row, record); });
}

int ImageQuery::compare(const std::string& key, Null null, const ImageDescription& a, const ImageRecord& a_record,
                        const ImageDescription& b, const ImageRecord& b_record) {
  using Text = std::optional<std::string>;
  const auto texts = [null](const Text& x, const Text& y) {
    const int order = x.value_or("").compare(y.value_or(""));
    return order != 0 || null == Null::is_empty ? order : sign(x.has_value(), y.has_value());
  };
  const auto size = [null](const ImageRecord& record) {
    return null == Null::is_empty ? std::max<std::int64_t>(record.size_bytes, 0) : record.size_bytes;
  };
  if (key == "name") return texts(a.name, b.name);
  if (key == "status") return to_string(a_record.status).compare(to_string(b_record.status));
  if (key == "disk_format") return texts(a.disk_format, b.disk_format);
  if (key == "container_format") return texts(a.container_format, b.container_format);
  if (key == "size") return sign(size(a_record), size(b_record));
  if (key == "id") return a.uuid.compare(b.uuid);
  if (key == "created_at") return sign(a.created_at_us, b.created_at_us);
  return sign(a.updated_at_us, b.updated_at_us);
}

bool ImageQuery::is_ordered(Null null, const ImageDescription& a, const ImageRecord& a_record,
                            const ImageDescription& b, const ImageRecord& b_record) const {
  for (const SortKey& key : sort_keys_) {
    const int order = compare(key.name, null, a, a_record, b, b_record);
    if (order != 0) return key.is_descending ? order > 0 : order < 0;
  }
  return false;
}

bool ImageQuery::is_before(const ImageDescription& a, const ImageRecord& a_record, const ImageDescription& b,
                           const ImageRecord& b_record) const {
  return is_ordered(Null::comes_first, a, a_record, b, b_record);
}

bool ImageQuery::follows(const ImageDescription& marker, const ImageRecord& marker_record, const ImageDescription& row,
                         const ImageRecord& record) const {
  return is_ordered(Null::is_empty, marker, marker_record, row, record);
}

bool ImageQuery::has_default_order() const {
  return sort_keys_[0].name == "created_at" && sort_keys_[0].is_descending;
}

}  // namespace snapsim
