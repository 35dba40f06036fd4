#pragma once

#include <string_view>

namespace snapsim {

/// What a status is called, as OpenStack's services write it (webob.exc.status_map[status].title). One that they do not
/// know is "Error".
std::string_view status_title(int status);

}  // namespace snapsim
