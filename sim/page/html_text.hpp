#pragma once

#include <string>
#include <string_view>

namespace snapsim {

/// The text as it can stand in an element or a quoted attribute. Control characters become their pictures, bytes that
/// are no UTF-8 become U+FFFD.
std::string html_escaped(std::string_view text);

}  // namespace snapsim
