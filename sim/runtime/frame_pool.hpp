#pragma once

#include <cstddef>

namespace snapsim {

/// Memory for coroutine frames. GCC 12 allocates a frame for every call of a coroutine, some hundred for one snapshot,
/// so freed frames are kept by size and used again. Each thread has frames of its own; a frame is freed by the thread
/// that made it. Under AddressSanitizer this is plain operator new, so that every frame is watched.
void* allocate_frame(std::size_t size);
void free_frame(void* frame, std::size_t size) noexcept;

}  // namespace snapsim
