#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace snapsim {

/// What the server has to know of the head of a request before anything else looks at it.
struct HttpHead {
  int error_status = 0;  ///< not 0: the request is refused with that status, and the connection closed
  std::string error;     ///< why, in words
  std::optional<std::uint64_t> content_length;
  bool is_chunked = false;
  bool keeps_alive = true;
};

/// Bounds on what a client may send before it is refused.
inline constexpr std::size_t request_line_max_bytes = 8000;
inline constexpr std::size_t header_line_max_bytes = 8000;
inline constexpr std::size_t head_max_bytes = 64 * 1024;

/// Where the head at the beginning of `text` ends, its empty line included; none where it is not whole yet.
std::optional<std::size_t> head_end(std::string_view text);

/// Looks through a whole head (RFC 9112). Whatever two programs could understand in two ways is refused: folded lines,
/// blanks before a colon, two lengths, a length beside chunks.
HttpHead inspected_head(std::string_view head);

/// Changes the head of `head_bytes` at the beginning of `input` for cpp-httplib, which answers a Range header by
/// itself, and not as Glance does: it gets to see it under another name. It also forgets headers without a value, of
/// which those about ranges mean something: they get one that is no range. Returns by how much that makes the head
/// longer.
std::size_t mark_ranges(std::string& input, std::size_t head_bytes);

/// The size that a chunk's first line gives; none where it is no number.
std::optional<std::uint64_t> parsed_chunk_size(std::string_view line);

/// A line as Python shows bytes: b'zz\r\n'.
std::string python_bytes_repr(std::string_view bytes);

}  // namespace snapsim
