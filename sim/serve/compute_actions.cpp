#include <algorithm>
#include <array>
#include <httplib.h>

#include <fmt/format.h>

#include "sim/report/names.hpp"
#include "sim/serve/compute_fields.hpp"
#include "sim/serve/compute_front.hpp"
#include "sim/serve/create_checks.hpp"

// POST /servers/{id}/action: from the body to the request that the simulated nova-api gets.

namespace snapsim {
namespace {

/// [quota]metadata_items, which createImage checks before 2.39.
constexpr std::size_t image_metadata_max = 128;

/// More backups than a scenario can ask to keep.
constexpr std::int64_t rotation_max = 1'000'000;

/// Actions of Nova's that the flows here do not have.
constexpr std::array<std::string_view, 17> unsimulated_actions{
    "resize",         "confirmResize",     "revertResize",
    "changePassword", "addSecurityGroup",  "removeSecurityGroup",
    "migrate",        "os-migrateLive",    "evacuate",
    "addFloatingIp",  "removeFloatingIp",  "addFixedIp",
    "removeFixedIp",  "os-getVNCConsole",  "injectNetworkInfo",
    "resetNetwork",   "trigger_crash_dump"};

/// An action without arguments, and the flow that it starts.
struct PlainAction {
  std::string_view name;
  Action action;
};
constexpr std::array<PlainAction, 9> plain_actions{{
    {"os-stop", Action::stop},
    {"os-start", Action::start},
    {"pause", Action::pause},
    {"unpause", Action::unpause},
    {"suspend", Action::suspend},
    {"resume", Action::resume},
    {"unrescue", Action::unrescue},
    {"unshelve", Action::unshelve},
    {"forceDelete", Action::force_delete},
}};

/// A locked server lets itself be snapshotted all the same.
bool is_stopped_by_lock(std::string_view action) {
  return action != "createImage" && action != "createBackup" && action != "lock" && action != "unlock" &&
         action != "os-getConsoleOutput" && action != "os-resetState";
}

RequestSpec request_spec(Action action, const Server& server) {
  RequestSpec spec;
  spec.action = action;
  spec.instance = server.details.instance;
  return spec;
}

ImageLabel label_of(const RequestFields& fields, const std::string& name, const Server& server) {
  ImageLabel label;
  label.name = name;
  label.project_id = server.details.project_id;
  for (const auto& [key, value] : fields.metadata("metadata")) label.properties.emplace_back(key, value);
  return label;
}

void check_image_metadata_quota(const ImageLabel& label, Microversion version) {
  if (version.has(39) || label.properties.size() <= image_metadata_max) return;
  throw NovaRefusal(403, "Image metadata limit exceeded");
}

}  // namespace

std::string cloud_request_id(std::uint32_t request) {
  return request_id_text(request, 0);
}

void ComputeFront::act(ComputeCall& call) {
  struct Handler {
    std::string_view name;
    ActionMethod method;
  };
  static constexpr std::array<Handler, 12> handlers{{
      {"createImage", &ComputeFront::create_image},
      {"createBackup", &ComputeFront::create_backup},
      {"reboot", &ComputeFront::reboot},
      {"rebuild", &ComputeFront::rebuild},
      {"rescue", &ComputeFront::rescue},
      {"os-resetState", &ComputeFront::reset_state},
      {"shelve", &ComputeFront::shelve},
      {"shelveOffload", &ComputeFront::shelve_offload},
      {"restore", &ComputeFront::restore},
      {"lock", &ComputeFront::lock},
      {"unlock", &ComputeFront::unlock},
      {"os-getConsoleOutput", &ComputeFront::console_output},
  }};
  const Json body = call.body();
  if (body.size() != 1) throw NovaRefusal(400, "Malformed request body: it names one action");
  const std::string name = body.begin().key();
  ActionCall action{call, name, body.begin().value(), server_of_path(call)};
  if (action.arguments.is_null()) action.arguments = Json::object();

  const std::optional<HttpFault> fault =
      faults_.meet({"compute", call.request.method, place_of(call.request.path).path, name, [&call] {
                      return std::vector<std::string>{call.identity.project_name, call.identity.project_id};
                    }});
  if (apply_fault(fault, "compute", call.request)) return;
  const ServerDetails& details = action.server.details;
  if (details.is_locked && is_stopped_by_lock(name) && !call.identity.is_admin()) {
    throw NovaRefusal(409, fmt::format("Instance {} is locked", details.id));
  }
  for (const PlainAction& plain : plain_actions) {
    if (plain.name == name) return accept(action, plain.action);
  }
  for (const Handler& handler : handlers) {
    if (handler.name == name) return (this->*handler.method)(action);
  }
  for (const std::string_view unsimulated : unsimulated_actions) {
    if (unsimulated == name) throw NovaRefusal(501, fmt::format("snapsim does not simulate {}", name));
  }
  throw NovaRefusal(400, fmt::format("There is no such action: {}", name));
}

/// Puts the request to the simulated nova-api. None: it was not answered, and the connection is dropped. Throws
/// NovaRefusal for what was refused.
std::optional<CloudAnswer> ComputeFront::put(ActionCall& action, RequestSpec spec, ImageLabel label) {
  CloudAnswer answer = cloud_.request(std::move(spec), std::move(label));
  action.call.request_id = cloud_request_id(answer.request);
  if (answer.status == 0) {
    drop_connection();
    return std::nullopt;
  }
  if (answer.status >= 400) throw NovaRefusal(answer.status, answer.message);
  action.call.response.status = answer.status;
  return answer;
}

void ComputeFront::accept(ActionCall& action, Action what) {
  put(action, request_spec(what, action.server));
}

/// Before 2.45 the new image is told of in a header, since then in the body.
void ComputeFront::answer_with_image(ActionCall& action, const CloudAnswer& answer, bool has_image) {
  ComputeCall& call = action.call;
  if (!has_image) return;
  const std::string image_id = image_id_text(answer.image.value, 0);
  if (call.version.has(45)) return answer_json(call.response, answer.status, {{"image_id", image_id}});
  call.response.set_header("Location", host_url(call.request) + "/image/images/" + image_id);
}

void ComputeFront::create_image(ActionCall& action) {
  const RequestFields fields(action.arguments, "createImage");
  fields.allow_only({"name", "metadata"});
  RequestSpec spec = request_spec(Action::create_image, action.server);
  spec.name = fields.name("name");
  ImageLabel label = label_of(fields, spec.name, action.server);
  check_image_metadata_quota(label, action.call.version);
  const std::optional<CloudAnswer> answer = put(action, std::move(spec), std::move(label));
  if (answer) answer_with_image(action, *answer, true);
}

void ComputeFront::create_backup(ActionCall& action) {
  const RequestFields fields(action.arguments, "createBackup");
  fields.allow_only({"name", "backup_type", "rotation", "metadata"});
  RequestSpec spec = request_spec(Action::create_backup, action.server);
  spec.name = fields.name("name");
  if (!fields.has("backup_type"))
    RequestFields::refuse("createBackup", action.arguments, "'backup_type' is a required property");
  spec.backup_type = fields.text("backup_type", 255).value_or("");
  // DIFFERS: Nova takes an empty type; a scenario, as which the session can be saved, does not.
  if (spec.backup_type.empty()) RequestFields::refuse("backup_type", Json(""), "'' is too short");
  spec.rotation = static_cast<std::int32_t>(std::min(fields.number("rotation", 0), rotation_max));
  ImageLabel label = label_of(fields, spec.name, action.server);
  check_image_metadata_quota(label, action.call.version);
  const bool keeps_image = spec.rotation > 0;
  const std::optional<CloudAnswer> answer = put(action, std::move(spec), std::move(label));
  if (!answer) return;
  if (!keeps_image && action.call.version.has(45)) {
    return answer_json(action.call.response, answer->status, {{"image_id", nullptr}});
  }
  answer_with_image(action, *answer, keeps_image);
}

void ComputeFront::reboot(ActionCall& action) {
  const RequestFields fields(action.arguments, "reboot");
  fields.allow_only({"type"});
  const std::string type = fields.text("type", 16).value_or("");
  RequestSpec spec = request_spec(Action::reboot, action.server);
  if (type == "HARD" || type == "hard" || type == "Hard") {
    spec.reboot_type = RebootType::hard;
  } else if (type != "SOFT" && type != "soft" && type != "Soft") {
    RequestFields::refuse("type", action.arguments.value("type", Json()), "it is not one of ['HARD', 'SOFT']");
  }
  put(action, std::move(spec));
}

void ComputeFront::rebuild(ActionCall& action) {
  ComputeCall& call = action.call;
  const RequestFields fields(action.arguments, "rebuild");
  check_rebuild_keys(fields, call.version);
  const std::string image_id = fields.uuid("imageRef");
  const std::optional<std::string> name = fields.optional_name("name");
  const std::map<std::string, std::string> metadata = fields.metadata("metadata");
  check_metadata_quota(metadata);
  check_personality(fields);
  const std::optional<std::string> description = fields.text("description", 255);
  const std::optional<std::string> key_name = fields.text("key_name", 255);
  check_key_name(call, key_name);
  const std::optional<std::string> disk_config = fields.choice("OS-DCF:diskConfig", Json::array({"AUTO", "MANUAL"}));
  const bool has_user_data = fields.has("user_data") && !fields.at("user_data").is_null();
  const std::optional<std::string> user_data = has_user_data ? fields.base64("user_data", 65'535) : std::nullopt;
  const std::optional<std::string> access_ipv4 = fields.address("accessIPv4", IpFamily::ipv4);
  const std::optional<std::string> access_ipv6 = fields.address("accessIPv6", IpFamily::ipv6);
  const std::optional<DirectoryImage> image = images_.find(image_id);
  const bool may_use_it =
      image && (image->owner.empty() || image->owner == call.identity.project_id || call.identity.is_admin());
  if (!may_use_it) throw NovaRefusal(400, "Cannot find image for rebuild");
  RequestSpec spec = request_spec(Action::rebuild, action.server);
  // DIFFERS: an image whose bytes the simulated Glance does not hold is rebuilt from the base image.
  spec.image = image->scenario_name.empty() ? Cloud::base_image_name : image->scenario_name;
  const std::optional<CloudAnswer> answer = put(action, std::move(spec));
  if (!answer) return;
  const std::string password = fields.text("adminPass", 255).value_or(random_hex(12));
  servers_.change(action.server.details.id, [&](ServerDetails& details) {
    details.image_id = image->id;
    if (name) details.name = *name;
    if (fields.has("metadata")) details.metadata = metadata;
    if (fields.has("description")) details.description = description;
    if (fields.has("key_name")) details.key_name = key_name;
    if (user_data) details.user_data = *user_data;
    if (disk_config) details.disk_config = *disk_config;
    if (access_ipv4) details.access_ipv4 = *access_ipv4;
    if (access_ipv6) details.access_ipv6 = *access_ipv6;
  });
  const Server rebuilt = server_of_path(call);
  Json shown = server_detail_json(change_viewer(call), rebuilt);
  if (call.version.has(54)) shown["key_name"] = rebuilt.details.key_name ? Json(*rebuilt.details.key_name) : Json();
  if (call.version.has(57)) shown["user_data"] = rebuilt.details.user_data ? Json(*rebuilt.details.user_data) : Json();
  shown["adminPass"] = password;
  call.response.set_header("Location", host_url(call.request) + "/compute/v2.1/servers/" + action.server.details.id);
  answer_json(call.response, answer->status, {{"server", std::move(shown)}});
}

void ComputeFront::rescue(ActionCall& action) {
  const RequestFields fields(action.arguments, "rescue");
  fields.allow_only({"adminPass", "rescue_image_ref"});
  const std::string password = fields.text("adminPass", 255).value_or(random_hex(12));
  const std::optional<CloudAnswer> answer = put(action, request_spec(Action::rescue, action.server));
  if (answer) answer_json(action.call.response, answer->status, {{"adminPass", password}});
}

void ComputeFront::reset_state(ActionCall& action) {
  action.call.require_admin("os_compute_api:os-admin-actions:reset_state");
  const RequestFields fields(action.arguments, "os-resetState");
  const std::string state = fields.text("state", 16).value_or("");
  RequestSpec spec = request_spec(Action::reset_state, action.server);
  if (state == "active") {
    spec.state = VmState::active;
  } else if (state != "error") {
    RequestFields::refuse("state", Json(state), fmt::format("'{}' is not one of ['active', 'error']", state));
  }
  put(action, std::move(spec));
}

void ComputeFront::shelve(ActionCall& action) {
  ImageLabel label;
  label.name = action.server.details.name + "-shelved";
  label.project_id = action.server.details.project_id;
  put(action, request_spec(Action::shelve, action.server), std::move(label));
}

/// [compute]shelved_offload_time is 0, so what is shelved is being offloaded, or has been: Nova has nothing left to do.
void ComputeFront::shelve_offload(ActionCall& action) {
  action.call.require_admin("os_compute_api:os-shelve:shelve_offload");
  const ServerState& state = action.server.state;
  const bool is_shelved = state.vm_state == VmState::shelved;
  throw NovaRefusal(409, fmt::format("Cannot 'shelveOffload' instance {} while it is in {} {}",
                                     action.server.details.id, is_shelved ? "task_state" : "vm_state",
                                     is_shelved ? to_string(state.task_state) : to_string(state.vm_state)));
}

/// [DEFAULT]reclaim_instance_interval is 0, so no server is ever soft-deleted.
void ComputeFront::restore(ActionCall& action) {
  throw NovaRefusal(409, fmt::format("Cannot 'restore' instance {} while it is in vm_state {}",
                                     action.server.details.id, to_string(action.server.state.vm_state)));
}

void ComputeFront::lock(ActionCall& action) {
  std::optional<std::string> reason;
  if (action.call.version.has(73)) {
    reason = RequestFields(action.arguments, "lock").text("locked_reason", 255);
  }
  servers_.change(action.server.details.id, [&](ServerDetails& details) {
    details.is_locked = true;
    details.locked_reason = reason;
    details.is_locked_by_owner = !action.call.identity.is_admin();
  });
  action.call.response.status = 202;
}

void ComputeFront::unlock(ActionCall& action) {
  if (!action.server.details.is_locked_by_owner && action.server.details.is_locked) {
    action.call.require_admin("os_compute_api:os-lock-server:unlock:unlock_override");
  }
  servers_.change(action.server.details.id, [](ServerDetails& details) {
    details.is_locked = false;
    details.locked_reason.reset();
  });
  action.call.response.status = 202;
}

void ComputeFront::console_output(ActionCall& action) {
  const ServerState& state = action.server.state;
  if (state.vm_state == VmState::building) {
    throw NovaRefusal(409, fmt::format("Instance {} is not ready", action.server.details.id));
  }
  const RequestFields fields(action.arguments, "os-getConsoleOutput");
  fields.allow_only({"length"});
  std::optional<std::int64_t> length;
  if (fields.has("length") && !fields.at("length").is_null()) length = fields.number("length", -1);
  std::vector<std::string> lines{"[    0.000000] Linux version 6.1.0 (snapsim)",
                                 "[    0.000000] Command line: root=/dev/vda1 console=ttyS0",
                                 "[    0.204000] virtio_blk virtio1: [vda] 512-byte logical blocks",
                                 "[    0.310000] EXT4-fs (vda1): mounted filesystem with ordered data mode",
                                 "[    0.505000] systemd[1]: Hostname set to <" + action.server.details.hostname + ">.",
                                 "[    1.000000] cloud-init: finished",
                                 action.server.details.hostname + " login: "};
  if (state.power_state != PowerState::running) lines.push_back("[    9.000000] reboot: Power down");
  if (length && *length >= 0 && static_cast<std::size_t>(*length) < lines.size()) {
    lines.erase(lines.begin(), lines.end() - *length);
  }
  std::string output;
  for (const std::string& line : lines) output += (output.empty() ? "" : "\n") + line;
  answer_json(action.call.response, 200, {{"output", output}});
}

}  // namespace snapsim
