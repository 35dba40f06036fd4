#pragma once

#include <string_view>

namespace snapsim {

/// The style sheet and the script of every page (page.css, page.js).
std::string_view page_style();
std::string_view page_script();

}  // namespace snapsim
