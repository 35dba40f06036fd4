#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace snapsim {

/// Which URIs web-download may fetch: glance-image-import.conf, [import_filtering_opts]. Of each pair the list of what
/// is allowed goes first; where it is not empty, the other one means nothing.
struct ImportFilter {
  std::vector<std::string> allowed_schemes{"http", "https"};
  std::vector<std::string> disallowed_schemes;
  std::vector<std::string> allowed_hosts;
  std::vector<std::string> disallowed_hosts;
  std::vector<int> allowed_ports{80, 443};
  std::vector<int> disallowed_ports;
};

/// A URI that has passed, taken apart.
struct ImportUri {
  std::string scheme;   ///< in lower case
  std::string netloc;   ///< what stands in the URI between // and the path
  std::string host;     ///< in lower case, without brackets
  std::string address;  ///< the IP address that is to be connected to, whatever the name stands for a moment later
  int port = 0;         ///< the scheme's own where none was given
  std::string target;   ///< path and query, as given
};

/// common/utils.py, get_validated_address of 25.1.0-2+deb12u5: the URI, or none where scheme, host or port are not
/// allowed, the host is no name that DNS knows, or all its addresses are loopback or link-local ones (but for a host of
/// `allowed_hosts`). May have to ask DNS, and so take seconds.
std::optional<ImportUri> filtered_uri(const ImportFilter& filter, std::string_view uri);

/// urllib.parse.urljoin: where a `Location` leads to that was found at `base`.
std::string joined_uri(const ImportUri& base, std::string_view location);

}  // namespace snapsim
