#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "sim/report/run_names.hpp"

namespace snapsim {

/// The key of the fault in the body of a refusal: "itemNotFound" (nova/api/openstack/wsgi.py: Fault).
std::string_view nova_fault_key(int status);

/// What nova-api's refusal tells the client: the reply's message if it has one already, else the words for its failure.
/// Empty for a request that was accepted or never answered.
std::string answer_text(const RunNames& names, const RequestResult& reply);
/// The same on one line, as it stands in a log and in a story.
std::string answer_line(const RunNames& names, const RequestResult& reply);
/// Length of the answer as nova-api's log counts it, headers included.
std::size_t answer_bytes(const RunNames& names, const RequestResult& reply);

/// What the newest fault of the instance says: the result's text if it has one already, else the words for its failure.
/// Empty where nothing failed.
std::string fault_text(const RunNames& names, std::uint32_t instance, const InstanceResult& result);

/// Puts into words what the result of a run holds as numbers: the messages of refusals, as nova-api words them, and the
/// newest fault of each instance. Reports do without, for they ask the functions above; this is for whoever reads the
/// result itself.
void add_texts(const Scenario& scenario, std::span<const TraceRecord> trace, RunResult& result);

}  // namespace snapsim
