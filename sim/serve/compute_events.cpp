#include <algorithm>
#include <httplib.h>

#include <fmt/format.h>

#include "sim/report/exception_text.hpp"
#include "sim/report/names.hpp"
#include "sim/serve/compute_front.hpp"

// nova/api/openstack/compute/instance_actions.py

namespace snapsim {
namespace {

/// An action of instance_actions, whoever recorded it.
struct ShownAction {
  std::string name;
  std::string request_id;
  std::int64_t started_us = 0;
  std::int64_t updated_us = 0;
  bool has_failed = false;
  struct Event {
    std::string name;
    std::int64_t started_us = 0;
    std::optional<std::int64_t> finished_us;
    bool is_success = true;
    std::string host;
  };
  std::vector<Event> events;
};

ShownAction creation_of(const Server& server) {
  ShownAction creation;
  creation.name = "create";
  creation.request_id = server.details.create_request_id;
  creation.started_us = server.details.created_us;
  creation.updated_us = server.details.created_us;
  creation.events.push_back(
      {"compute__do_build_and_run_instance", creation.started_us, creation.started_us, true, "compute-1"});
  return creation;
}

std::vector<ShownAction> actions_of(Cloud& cloud, ImageDirectory& images, const Server& server) {
  std::vector<ShownAction> shown = cloud.look([&server](const Cloud::Inside& inside) {
    std::vector<ShownAction> actions;
    for (const ActionRow& row : inside.history.instance(server.details.instance).actions) {
      ShownAction action;
      action.name = api_name(row.action);
      action.request_id = request_id_text(row.request, 0);
      action.started_us = row.started_us;
      action.updated_us = row.updated_us;
      for (const ActionEvent& event : row.events) {
        const std::string host =
            event.host < inside.scenario.hosts.size() ? inside.scenario.hosts[event.host] : std::string();
        action.events.push_back({"compute_" + std::string(to_string(event.method)), event.started_us, event.finished_us,
                                 event.is_success, host});
        action.has_failed = action.has_failed || (event.finished_us && !event.is_success);
      }
      actions.push_back(std::move(action));
    }
    return actions;
  });
  images.wait_for_bytes({server.details.instance});  // an upload that has succeeded is to be seen
  shown.insert(shown.begin(), creation_of(server));
  std::reverse(shown.begin(), shown.end());
  return shown;
}

/// Nova writes these times with microseconds and without a zone.
std::string action_time(const Cloud& cloud, std::int64_t virtual_us) {
  std::string text = iso_time(cloud.wall_time(virtual_us), true);
  text.pop_back();
  return text;
}

Json shown_action_json(const Cloud& cloud, const Server& server, const ShownAction& action, Microversion version) {
  Json json{{"action", action.name},
            {"instance_uuid", server.details.id},
            {"request_id", action.request_id},
            {"user_id", server.details.user_id},
            {"project_id", server.details.project_id},
            {"start_time", action_time(cloud, action.started_us)},
            {"message", action.has_failed ? Json("Error") : Json(nullptr)}};
  if (version.has(58)) json["updated_at"] = action_time(cloud, action.updated_us);
  return json;
}

}  // namespace

void ComputeFront::list_actions(ComputeCall& call) {
  const Server server = visible_server(call, call.request.matches[1], call.version.has(21));
  Json actions = Json::array();
  for (const ShownAction& action : actions_of(cloud_, images_, server)) {
    actions.push_back(shown_action_json(cloud_, server, action, call.version));
  }
  answer_json(call.response, 200, {{"instanceActions", std::move(actions)}});
}

void ComputeFront::show_action(ComputeCall& call) {
  const Server server = visible_server(call, call.request.matches[1], call.version.has(21));
  const std::string wanted = call.request.matches[2];
  for (const ShownAction& action : actions_of(cloud_, images_, server)) {
    if (action.request_id != wanted) continue;
    Json json = shown_action_json(cloud_, server, action, call.version);
    json["events"] = Json::array();
    for (const ShownAction::Event& event : action.events) {
      Json shown{{"event", event.name},
                 {"start_time", action_time(cloud_, event.started_us)},
                 {"finish_time", event.finished_us ? Json(action_time(cloud_, *event.finished_us)) : Json(nullptr)},
                 {"result", !event.finished_us ? Json(nullptr) : Json(event.is_success ? "Success" : "Error")}};
      if (call.identity.is_admin()) shown["traceback"] = nullptr;
      if (call.version.has(62)) {
        shown["hostId"] = hex_text(NameKind::base_image, std::hash<std::string>()(event.host), 0);
        if (call.identity.is_admin()) shown["host"] = event.host;
      }
      if (call.version.has(84)) shown["details"] = event.is_success ? Json(nullptr) : Json("Error");
      json["events"].push_back(std::move(shown));
    }
    return answer_json(call.response, 200, {{"instanceAction", std::move(json)}});
  }
  throw NovaRefusal(404, fmt::format("Action for request_id {} on instance {} not found", wanted, server.details.id));
}

}  // namespace snapsim
