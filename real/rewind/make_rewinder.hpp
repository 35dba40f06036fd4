#pragma once

#include <cstddef>
#include <memory>

#include "sim/explore/rewinder.hpp"

namespace snapsim {

/// A rewinder for the calling thread, whose function can have so many bytes on its heap, a multiple of 4096. nullptr
/// where there can be none: in a program whose memory is the sanitizers', and when the system has no addresses left for
/// it, as under `ulimit -v`.
std::unique_ptr<Rewinder> make_rewinder(std::size_t heap_bytes = std::size_t{1} << 30);

}  // namespace snapsim
