#pragma once

#include <ostream>

#include "sim/report/run_record.hpp"

namespace snapsim {

/// Writes the run in the JSON trace format that Perfetto and chrome://tracing read; microseconds of virtual time.
///
/// A process stands for each service (nova-api, nova-compute and libvirt of each host, glance, the queue), for each
/// instance and for the images. Requests, tasks, operations, HTTP requests and commands are asynchronous slices of
/// their service; messages are flows from the cast to each delivery; the states of an instance and of an image are
/// slices on threads of their own; everything else that a story shows is an instant.
void write_perfetto(const RunRecord& record, std::ostream& out);

}  // namespace snapsim
