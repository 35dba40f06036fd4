#include "sim/serve/control_front.hpp"

#include <algorithm>
#include <httplib.h>
#include <sstream>

#include <fmt/format.h>

#include "sim/report/names.hpp"
#include "sim/report/trace_json.hpp"
#include "sim/scenario/writer.hpp"
#include "sim/serve/http_operations.hpp"

namespace snapsim {
namespace {

Json violation_json(const World& world, const Violation& violation) {
  return {{"invariant", violation.invariant},
          {"subject", world.subject_name(violation)},
          {"virtual_ms", violation.virtual_us / 1000},
          {"message", violation.message}};
}

/// The invariants as things stand: those at rest only where the cloud is at rest.
Json verdict_json(const Cloud::Inside& inside) {
  World& world = inside.world;
  const bool is_at_rest = !world.engine().is_busy();
  Json violations = Json::array();
  for (const Violation& violation : world.violations()) violations.push_back(violation_json(world, violation));
  if (is_at_rest) {
    Hypervisor& hypervisor = world.hypervisors().hypervisor();
    for (std::uint32_t i = 0; i < hypervisor.domain_count(); ++i)
      hypervisor.flush_writes(InstanceUuid(i), world.now_us());
    Checker checker(false);
    checker.check_at_rest(world);
    for (const Violation& violation : checker.violations()) violations.push_back(violation_json(world, violation));
  }
  const char* const otherwise = is_at_rest ? "consistent" : "undecided";
  return {{"verdict", violations.empty() ? otherwise : "violated"},
          {"at_rest", is_at_rest},
          {"virtual_ms", world.now_us() / 1000},
          {"violations", std::move(violations)}};
}

Json state_of_cloud_json(const Cloud::Inside& inside) {
  return {{"virtual_ms", inside.world.now_us() / 1000},
          {"at_rest", !inside.world.engine().is_busy()},
          {"trace_length", inside.world.recorder().count()},
          {"nova_api_up", inside.history.is_api_up()},
          {"glance_up", inside.world.glance().outage().is_up()}};
}

Json shown_server_json(const Server& server) {
  const bool has_task = server.state.task_state != TaskState::none;
  return {
      {"id", server.details.id},
      {"name", server.details.name},
      {"project_id", server.details.project_id},
      {"status", server.state.is_deleted ? "DELETED" : server_status(server.state.vm_state, server.state.task_state)},
      {"vm_state", to_string(server.state.vm_state)},
      {"task_state", has_task ? Json(to_string(server.state.task_state)) : Json(nullptr)},
      {"power_state", to_string(server.state.power_state)},
      {"host", server.state.host},
      {"fault", server.state.fault_message ? Json(*server.state.fault_message) : Json(nullptr)}};
}

void answer_control_error(httplib::Response& response, int status, const std::string& message) {
  answer_json(response, status, {{"error", {{"code", status}, {"message", message}}}});
}

}  // namespace

void ControlFront::mount(httplib::Server& server, const std::string& prefix) {
  using Method = void (ControlFront::*)(const httplib::Request&, httplib::Response&);
  const auto handler = [this](Method method) {
    return [this, method](const httplib::Request& request, httplib::Response& response) {
      try {
        (this->*method)(request, response);
      } catch (const FaultError& error) {
        answer_control_error(response, 400, error.what());
      } catch (const SessionFull& error) {
        answer_control_error(response, 409, error.what());
      } catch (const std::out_of_range&) {
        answer_control_error(response, 404, "there is no such fault");
      }
    };
  };
  const std::string fault = prefix + "/faults/(\\d{1,9})";
  server.Get(prefix + "/faults/?", handler(&ControlFront::list_faults));
  server.Post(prefix + "/faults/?", handler(&ControlFront::add_faults));
  server.Delete(prefix + "/faults/?", handler(&ControlFront::remove_faults));
  server.Get(fault, handler(&ControlFront::show_fault));
  server.Patch(fault, handler(&ControlFront::change_fault));
  server.Delete(fault, handler(&ControlFront::remove_fault));
  server.Post(prefix + "/reset", handler(&ControlFront::reset));
  server.Get(prefix + "/trace", handler(&ControlFront::show_trace));
  server.Get(prefix + "/verdict", handler(&ControlFront::show_verdict));
  server.Get(prefix + "/session", handler(&ControlFront::show_session));
  server.Get(prefix + "/session/http-faults", handler(&ControlFront::show_http_faults_of_session));
  server.Get(prefix + "/state", handler(&ControlFront::show_state));
  server.Get(prefix + "/operations", [](const httplib::Request&, httplib::Response& response) {
    Json operations = Json::array();
    for (const HttpOperation& one : http_operations()) {
      operations.push_back(
          {{"operation", one.name}, {"http", one.service}, {"method", one.method}, {"path", one.path}});
    }
    answer_json(response, 200, {{"operations", std::move(operations)}});
  });
  server.Get(prefix + "/fault-points", [](const httplib::Request&, httplib::Response& response) {
    Json points = Json::array();
    for (const FaultPoint& point : fault_points()) {
      points.push_back({{"at", point.name}, {"cause", point.cause}, {"parameters", parameters_of(point)}});
    }
    answer_json(response, 200, {{"fault_points", std::move(points)}});
  });
}

void ControlFront::reset(const httplib::Request&, httplib::Response& response) {
  cloud_.reset();
  compute_.reset();
  http_faults_.clear();
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    planned_.clear();
  }
  for (const std::function<void()>& action : after_reset_) action();
  response.status = 204;
}

/// JSON lines. ?since=N leaves out the first N, which a client has already.
void ControlFront::show_trace(const httplib::Request& request, httplib::Response& response) {
  std::size_t skipped = 0;
  if (request.has_param("since")) {
    const std::string since = request.get_param_value("since");
    const bool is_number = !since.empty() && since.size() < 18 && since.find_first_not_of("0123456789") == since.npos;
    if (!is_number) return answer_control_error(response, 400, "since must be a whole number");
    skipped = std::stoul(since);
  }
  std::string lines = cloud_.look([skipped](const Cloud::Inside& inside) {
    std::ostringstream out;
    const RunResult result = result_so_far(inside);
    write_trace_json({inside.scenario, result, inside.world.recorder().trace()}, out, skipped);
    return out.str();
  });
  response.set_content(std::move(lines), "application/jsonl");
}

void ControlFront::show_verdict(const httplib::Request&, httplib::Response& response) {
  answer_json(response, 200, cloud_.look(verdict_json));
}

void ControlFront::show_session(const httplib::Request&, httplib::Response& response) {
  std::string text = cloud_.look([](const Cloud::Inside& inside) { return write_scenario(session_scenario(inside)); });
  response.set_content(std::move(text), "application/json");
}

void ControlFront::show_state(const httplib::Request&, httplib::Response& response) {
  Json state = cloud_.look(state_of_cloud_json);
  if (images_.is_making_bytes()) state["at_rest"] = false;
  state["speed"] = cloud_.options().speed;
  state["generation"] = cloud_.generation();
  state["servers"] = Json::array();
  for (const Server& server : compute_.servers().all()) {
    if (!server.state.is_deleted) state["servers"].push_back(shown_server_json(server));
  }
  state["images"] = Json::array();
  for (const DirectoryImage& image : images_.list()) {
    state["images"].push_back(
        {{"id", image.id}, {"name", image.name}, {"status", image.status}, {"size", image.size_bytes}});
  }
  answer_json(response, 200, state);
}

}  // namespace snapsim
