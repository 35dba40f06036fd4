#include <httplib.h>

#include <fmt/format.h>

#include "sim/serve/control_front.hpp"

// /_snapsim/faults: planned, changed and taken back while the cloud is served.

namespace snapsim {
namespace {

/// How often it has happened.
int times_happened(Cloud& cloud, std::uint32_t index) {
  return cloud.look([index](const Cloud::Inside& inside) { return inside.world.faults().times(index); });
}

std::size_t fault_id_of(const httplib::Request& request) {
  return std::stoul(request.matches[1]);
}

/// Deeper than any fault is. What is nothing but brackets would take seconds to build and to take apart again.
constexpr int body_depth_max = 32;

Json body_of(const httplib::Request& request) {
  const auto check_depth = [](int depth, Json::parse_event_t, const Json&) {
    if (depth >= body_depth_max) throw FaultError("the body is nested too deeply");
    return true;
  };
  Json body = Json::parse(request.body, check_depth, false);
  if (body.is_discarded()) throw FaultError("the body is no JSON");
  return body;
}

}  // namespace

/// The fault takes the place of what the entry was before.
void ControlFront::put(Planned& planned, const Json& fault) {
  Planned made;
  made.text = fault;
  made.is_http = is_http_fault(fault);
  if (made.is_http) {
    made.index = http_faults_.add(http_fault_from(fault));
  } else {
    const FaultSpec spec =
        cloud_.look([&fault](const Cloud::Inside& inside) { return scenario_fault_from(fault, inside.scenario); });
    made.index = cloud_.add_fault(spec);
  }
  planned = std::move(made);
}

std::uint32_t ControlFront::plan_one(const Json& fault) {
  Planned planned;
  put(planned, fault);
  planned_.push_back(std::move(planned));
  return static_cast<std::uint32_t>(planned_.size() - 1);
}

void ControlFront::plan(const Json& faults) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!faults.is_array()) throw FaultError("a list of faults is an array, as in a scenario's \"faults\"");
  for (std::size_t i = 0; i < faults.size(); ++i) {
    try {
      plan_one(faults[i]);
    } catch (const FaultError& error) {
      throw FaultError(fmt::format("/{}: {}", i, error.what()));
    }
  }
}

Json ControlFront::http_faults_of_session() const {
  Json list = Json::array();
  for (const HttpFault& fault : http_faults_.faults_of_session()) list.push_back(json_of_http_fault(fault));
  return list;
}

void ControlFront::show_http_faults_of_session(const httplib::Request&, httplib::Response& response) {
  answer_json(response, 200, http_faults_of_session());
}

Json ControlFront::fault_json(std::uint32_t id, const Planned& planned) const {
  int happened = 0;
  if (planned.is_http) {
    happened = http_faults_.entries().at(planned.index).happened;
  } else {
    happened = times_happened(cloud_, planned.index);
  }
  return {{"id", id}, {"fault", planned.text}, {"enabled", !planned.is_off}, {"happened", happened}};
}

void ControlFront::list_faults(const httplib::Request&, httplib::Response& response) {
  const std::lock_guard<std::mutex> lock(mutex_);
  Json list = Json::array();
  for (std::uint32_t id = 0; id < planned_.size(); ++id) list.push_back(fault_json(id, planned_[id]));
  answer_json(response, 200, {{"faults", std::move(list)}});
}

/// One fault, or a list of them. Of a list that holds a bad one none is planned.
void ControlFront::add_faults(const httplib::Request& request, httplib::Response& response) {
  const Json body = body_of(request);
  const Json faults = body.is_array() ? body : Json::array({body});
  const std::lock_guard<std::mutex> lock(mutex_);
  for (std::size_t i = 0; i < faults.size(); ++i) {
    if (is_http_fault(faults[i])) {
      http_fault_from(faults[i]);
    } else {
      cloud_.look([&](const Cloud::Inside& inside) { scenario_fault_from(faults[i], inside.scenario); });
    }
  }
  Json added = Json::array();
  for (const Json& fault : faults) {
    const std::uint32_t id = plan_one(fault);
    added.push_back(fault_json(id, planned_[id]));
  }
  answer_json(response, 201, body.is_array() ? Json{{"faults", std::move(added)}} : added.front());
}

void ControlFront::show_fault(const httplib::Request& request, httplib::Response& response) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const std::size_t id = fault_id_of(request);
  answer_json(response, 200, fault_json(static_cast<std::uint32_t>(id), planned_.at(id)));
}

/// {"enabled": false} takes it back, any other keys change the fault: it then counts anew, from now.
void ControlFront::change_fault(const httplib::Request& request, httplib::Response& response) {
  Json changes = body_of(request);
  if (!changes.is_object()) throw FaultError("the body must be an object");
  const std::lock_guard<std::mutex> lock(mutex_);
  const std::size_t id = fault_id_of(request);
  Planned& planned = planned_.at(id);
  const Json enabled = changes.value("enabled", Json(!planned.is_off));
  if (!enabled.is_boolean()) throw FaultError("/enabled: must be true or false");
  changes.erase("enabled");
  Json fault = planned.text;
  fault.merge_patch(changes);
  const bool is_changed = fault != planned.text;
  const bool is_put_again = enabled.get<bool>() && (is_changed || planned.is_off);
  const Planned before = planned;
  if (is_put_again) {
    put(planned, fault);
  } else {
    planned.text = fault;
  }
  if (!before.is_off && (is_put_again || !enabled.get<bool>())) {
    before.is_http ? http_faults_.switch_off(before.index) : cloud_.switch_off_fault(before.index);
  }
  planned.is_off = !enabled.get<bool>();
  answer_json(response, 200, fault_json(static_cast<std::uint32_t>(id), planned));
}

void ControlFront::remove_fault(const httplib::Request& request, httplib::Response& response) {
  const std::lock_guard<std::mutex> lock(mutex_);
  Planned& planned = planned_.at(fault_id_of(request));
  if (!planned.is_off) {
    planned.is_http ? http_faults_.switch_off(planned.index) : cloud_.switch_off_fault(planned.index);
  }
  planned.is_off = true;
  response.status = 204;
}

void ControlFront::remove_faults(const httplib::Request&, httplib::Response& response) {
  const std::lock_guard<std::mutex> lock(mutex_);
  for (Planned& planned : planned_) {
    if (planned.is_off) continue;
    planned.is_http ? http_faults_.switch_off(planned.index) : cloud_.switch_off_fault(planned.index);
    planned.is_off = true;
  }
  response.status = 204;
}

}  // namespace snapsim
