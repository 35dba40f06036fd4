#pragma once

#include "sim/nova/api.hpp"
#include "sim/world/ledger.hpp"
#include "sim/world/recorder.hpp"
#include "sim/world/scenario.hpp"

namespace snapsim {

/// Writes down that a client sends the request.
void write_request_sent(Recorder& recorder, RequestId request, const RequestSpec& spec);
/// Writes down the answer, in the trace and in the books. Status 0: none came.
void write_request_answered(Recorder& recorder, Ledger& ledger, RequestId request, const RequestSpec& spec,
                            const ApiReply& reply);

}  // namespace snapsim
