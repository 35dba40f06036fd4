#pragma once

#include <cstdint>
#include <functional>

namespace snapsim {

/// Does items 0 to `count` - 1 on up to `jobs` threads, this one among them; each takes the next `chunk` of them at a
/// time and does them in order by its own worker, which `make_worker` makes in the thread. No further chunk is begun
/// once `is_over` says so. Gives how many were done: chunks are taken in order and done whole, so those are the first.
/// Throws what a worker threw first, after all threads have ended.
std::uint64_t side_by_side(int jobs, std::uint64_t count, std::uint64_t chunk, const std::function<bool()>& is_over,
                           const std::function<std::function<void(std::uint64_t)>()>& make_worker);

}  // namespace snapsim
