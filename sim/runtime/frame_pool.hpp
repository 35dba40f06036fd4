#pragma once

#include <cstddef>

namespace snapsim {

/// Memory for coroutine frames. GCC 12 allocates a frame for every call of a coroutine, some hundred for one snapshot,
/// so freed frames are kept by size and used again. Each thread has frames of its own; a frame is freed by the thread
/// that made it. Under AddressSanitizer this is plain operator new, so that every frame is watched.
void* allocate_frame(std::size_t size);
void free_frame(void* frame, std::size_t size) noexcept;

/// Without the pool, this thread's frames come from operator new and go back to it: for who looks after all memory
/// himself. Frames that are there must be freed in the same way as they were made.
void set_frame_pool(bool is_used);

}  // namespace snapsim
