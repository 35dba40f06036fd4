#pragma once

#include <cstddef>

namespace snapsim {

class RunHeap;

// malloc() of whatever program this is linked into; program_heap.cpp defines it. Each thread has its own.

/// From now on `heap`, at the start of a region of so many bytes, serves this thread.
void serve_from(RunHeap* heap, std::size_t bytes);
/// From now on glibc serves this thread; what lies in the region is still given back to the heap.
void serve_from_glibc();
/// The region is the thread's no more.
void forget_heap();

}  // namespace snapsim
