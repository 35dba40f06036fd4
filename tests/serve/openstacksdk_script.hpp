#pragma once

#include <string>

namespace snapsim::test {

/// Checks that the Python script of this folder, which works with openstacksdk on a served cloud of its own, ends well
/// and prints just that. Warns where there is no openstacksdk.
void check_openstacksdk_script(const std::string& script, const std::string& prints);

}  // namespace snapsim::test
