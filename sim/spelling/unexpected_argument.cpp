#include "sim/spelling/unexpected_argument.hpp"

#include "sim/spelling/nearest_name.hpp"
#include "sim/spelling/printable.hpp"

namespace snapsim {

std::string unexpected_argument(const std::string& argument, const std::vector<std::string>& options) {
  if (!argument.starts_with('-') || argument == "-") return "unexpected argument " + snapsim::quoted(argument);
  const std::string wanted = argument.substr(0, argument.find('='));
  return "unknown option " + snapsim::quoted(wanted) + did_you_mean(nearest_name(wanted, options));
}

}  // namespace snapsim
