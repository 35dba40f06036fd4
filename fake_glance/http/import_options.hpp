#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fake_glance/http/import_filter.hpp"

namespace snapsim {

/// An option of the command line that sets one list of an ImportFilter.
struct ImportOption {
  const char* name;  ///< "--import-allowed-ports"
  const char* meaning;
};

/// All of them, named after Glance's options.
const std::vector<ImportOption>& import_options();

/// Sets the list that the option names to what stands between the commas of `list`; nothing there is an empty list.
/// Throws std::invalid_argument, in words, where something is no port.
void set_import_option(ImportFilter& filter, std::string_view name, std::string_view list);

}  // namespace snapsim
