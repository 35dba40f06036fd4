#pragma once

#include <set>

namespace snapsim::mutation {

/// The mutants that the runs since the last call came to while none was active.
std::set<int> take_reached();

}  // namespace snapsim::mutation
