#include "fake_glance/http/import_options.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace snapsim {
namespace {

std::vector<std::string> split_list(std::string_view list) {
  std::vector<std::string> items;
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    if (comma > 0) items.emplace_back(list.substr(0, comma));
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return items;
}

std::vector<int> ports_of(std::string_view name, std::string_view list) {
  std::vector<int> ports;
  for (const std::string& item : split_list(list)) {
    int port = 0;
    const auto [end, error] = std::from_chars(item.data(), item.data() + item.size(), port);
    if (error != std::errc() || end != item.data() + item.size() || port < 1 || port > 65535) {
      throw std::invalid_argument(std::string(name) + " wants ports from 1 to 65535 with commas between them, not \"" +
                                  item + "\"");
    }
    ports.push_back(port);
  }
  return ports;
}

}  // namespace

const std::vector<ImportOption>& import_options() {
  static const std::vector<ImportOption> options{
      {"--import-allowed-schemes", "What web-download may fetch: schemes (default: http,https)"},
      {"--import-disallowed-schemes", "Schemes that it may not, where no allowed ones are named"},
      {"--import-allowed-hosts",
       "Hosts that it may fetch from, also near ones as 127.0.0.1 (default: any that is not near)"},
      {"--import-disallowed-hosts", "Hosts that it may not, where no allowed ones are named"},
      {"--import-allowed-ports", "Ports that it may fetch from (default: 80,443); '' for any"},
      {"--import-disallowed-ports", "Ports that it may not, where the allowed ones are ''"},
  };
  return options;
}

void set_import_option(ImportFilter& filter, std::string_view name, std::string_view list) {
  if (name == "--import-allowed-schemes") filter.allowed_schemes = split_list(list);
  if (name == "--import-disallowed-schemes") filter.disallowed_schemes = split_list(list);
  if (name == "--import-allowed-hosts") filter.allowed_hosts = split_list(list);
  if (name == "--import-disallowed-hosts") filter.disallowed_hosts = split_list(list);
  if (name == "--import-allowed-ports") filter.allowed_ports = ports_of(name, list);
  if (name == "--import-disallowed-ports") filter.disallowed_ports = ports_of(name, list);
}

}  // namespace snapsim
