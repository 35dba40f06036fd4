#pragma once

#include <stdexcept>

#include "sim/serve/cloud.hpp"
#include "sim/serve/http_answer.hpp"
#include "sim/serve/http_faults.hpp"

namespace snapsim {

/// A fault is not as it should be; what() says why.
struct FaultError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Whether the fault is one of HTTP, and not of the simulated flow.
bool is_http_fault(const Json& fault);
/// {"http": "compute", "method": "POST", "path": "/v2.1/servers/*", "status": 503 ...}. Throws FaultError.
HttpFault http_fault_from(const Json& fault);
/// Reads back equal.
Json json_of_http_fault(const HttpFault& fault);
/// A fault as it stands in a scenario's "faults", of the session as it is; an instance may also be named by the id or
/// name of its server, and an event without a moment happens now. Throws FaultError, with the words of the scenario's
/// reader.
FaultSpec scenario_fault_from(Json fault, const Scenario& session);

}  // namespace snapsim
