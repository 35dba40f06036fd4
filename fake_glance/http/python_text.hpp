#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace snapsim {

/// JSON with its members in the order in which they were written, as a Python dict keeps them.
using OrderedJson = nlohmann::ordered_json;

/// json.dumps(value, ensure_ascii=False): what Glance's bodies are written with, and so their Content-Length.
std::string python_json(const OrderedJson& value);
/// Appends a string as json.dumps(..., ensure_ascii=False) quotes it.
void append_json_string(std::string& out, std::string_view text);
/// json.dumps(text): everything beyond ASCII escaped.
std::string ascii_json_string(std::string_view text);

/// repr(value), where true is True and null None.
std::string python_repr(const OrderedJson& value);
/// pprint.pformat(value, width=72): one line where it fits, otherwise one element a line.
std::string python_pformat(const OrderedJson& value);

/// The number of characters of UTF-8 text.
std::size_t character_count(std::string_view text);
/// True if a character of the text lies beyond the Basic Multilingual Plane.
bool has_4_byte_character(std::string_view text);
/// A JSON number, as the nearest one that 64 bits hold: JSON's have no bounds.
std::int64_t clamped_integer(const OrderedJson& number);

}  // namespace snapsim
