#pragma once

#include <string_view>

namespace snapsim {

/// The page's HTML, with its style and script.
extern const std::string_view page_text;

}  // namespace snapsim
