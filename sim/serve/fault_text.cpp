#include "sim/serve/fault_text.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "sim/report/names.hpp"
#include "sim/scenario/reader.hpp"
#include "sim/scenario/writer.hpp"
#include "sim/serve/http_operations.hpp"
#include "sim/spelling/nearest_name.hpp"

namespace snapsim {
namespace {

constexpr std::array<const char*, 19> http_fault_keys{"http",
                                                      "method",
                                                      "path",
                                                      "operation",
                                                      "action",
                                                      "project",
                                                      "nth",
                                                      "probability",
                                                      "seed",
                                                      "after_requests",
                                                      "for_requests",
                                                      "status",
                                                      "after_effect",
                                                      "delay_ms",
                                                      "after_request_bytes",
                                                      "reset_after_bytes",
                                                      "refuse_ms",
                                                      "body_bytes_per_s",
                                                      "wrong_hash"};

constexpr std::int64_t bytes_max = std::int64_t{1} << 40;

[[noreturn]] void reject_key(const char* key, const std::string& wanted) {
  throw FaultError(fmt::format("/{}: {}", key, wanted));
}

void read_pattern(const Json& fault, const char* key, std::string& into) {
  if (!fault.contains(key)) return;
  if (!fault.at(key).is_string()) reject_key(key, "must be a string");
  into = fault.at(key).get<std::string>();
}

template <class Number>
void read_whole(const Json& fault, const char* key, Number min, Number max, Number& into) {
  if (!fault.contains(key)) return;
  const Json& value = fault.at(key);
  const std::string wanted = fmt::format("must be a whole number from {} to {}", min, max);
  if (!value.is_number_integer()) reject_key(key, wanted);
  const auto number = value.get<std::int64_t>();
  if (number < static_cast<std::int64_t>(min) || number > static_cast<std::int64_t>(max)) reject_key(key, wanted);
  into = static_cast<Number>(number);
}

void read_bytes(const Json& fault, const char* key, std::optional<std::int64_t>& into) {
  if (fault.contains(key)) read_whole<std::int64_t>(fault, key, 0, bytes_max, into.emplace());
}

void check_http_keys(const Json& fault) {
  for (const auto& [key, value] : fault.items()) {
    if (std::find(http_fault_keys.begin(), http_fault_keys.end(), key) != http_fault_keys.end()) continue;
    const std::string nearest = nearest_name(key, {http_fault_keys.begin(), http_fault_keys.end()});
    throw FaultError(fmt::format("/{}: unknown key{}", key, did_you_mean(nearest)));
  }
}

void read_switch(const Json& fault, const char* key, bool& into) {
  if (!fault.contains(key)) return;
  if (!fault.at(key).is_boolean()) reject_key(key, "must be true or false");
  into = fault.at(key).get<bool>();
}

/// The operation by its name: what it says of the request is put into the fault.
void read_operation(const Json& fault, HttpFault& read) {
  std::string name;
  read_pattern(fault, "operation", name);
  if (name.empty()) return;
  const HttpOperation* const found = find_http_operation(name);
  if (found == nullptr) {
    std::vector<std::string> names;
    for (const HttpOperation& one : http_operations()) names.emplace_back(one.name);
    const std::string nearest = nearest_name(name, names);
    reject_key("operation",
               fmt::format("there is no \"{}\"{}", name,
                           nearest.empty() ? "; GET /_snapsim/operations lists all of them" : did_you_mean(nearest)));
  }
  if (read.service != "*" && read.service != found->service) {
    reject_key("operation", fmt::format("{} is one of \"{}\"", found->name, found->service));
  }
  read.service = found->service;
  if (!found->is_action) {
    read.operation = found->name;
    return;
  }
  if (!read.action.empty() && read.action != found->name) reject_key("action", "is another one than the operation");
  read.action = found->name;
}

/// Puts the scenario's name in the place of a server's id.
void name_instances(Json& node, const Scenario& session) {
  if (node.is_object() && node.contains("instance") && node.at("instance").is_string()) {
    const std::string given = node.at("instance").get<std::string>();
    for (std::uint32_t i = 0; i < session.instances.size(); ++i) {
      if (instance_uuid_text(i, 0) == given) node["instance"] = session.instances[i].name;
    }
  }
  if (node.is_object() || node.is_array()) {
    for (Json& child : node) name_instances(child, session);
  }
}

bool has_moment(const Json& fault) {
  for (const char* const key : {"at_ms", "when", "before", "during", "after"}) {
    if (fault.contains(key)) return true;
  }
  return false;
}

}  // namespace

bool is_http_fault(const Json& fault) {
  return fault.is_object() && (fault.contains("http") || (fault.contains("operation") && !fault.contains("at")));
}

HttpFault http_fault_from(const Json& fault) {
  constexpr std::int64_t hour_ms = 3'600'000;
  constexpr int requests_max = 1'000'000'000;
  check_http_keys(fault);
  HttpFault read;
  read_pattern(fault, "http", read.service);
  for (const char* const known : {"*", "identity", "compute", "image"}) {
    if (read.service == known) break;
    if (known == std::string_view("image")) reject_key("http", "must be \"identity\", \"compute\", \"image\" or \"*\"");
  }
  read_pattern(fault, "method", read.method);
  read_pattern(fault, "path", read.path);
  read_pattern(fault, "action", read.action);
  read_pattern(fault, "project", read.project);
  read_operation(fault, read);
  if (fault.contains("nth") && fault.at("nth") == "every") {
    read.nth = HttpFault::every;
  } else {
    read_whole(fault, "nth", 1, 1'000'000, read.nth);
  }
  if (fault.contains("probability")) {
    if (!fault.at("probability").is_number()) reject_key("probability", "must be a number from 0 to 1");
    read.probability = fault.at("probability").get<double>();
    if (read.probability < 0 || read.probability > 1) reject_key("probability", "must be a number from 0 to 1");
    if (!fault.contains("nth")) read.nth = HttpFault::every;
  }
  read_whole<std::uint64_t>(fault, "seed", 0, INT64_MAX, read.seed);
  read_whole(fault, "after_requests", 0, requests_max, read.after_requests);
  read_whole(fault, "for_requests", 1, requests_max, read.for_requests);
  read_whole(fault, "status", 400, 599, read.status);
  read_whole<std::int64_t>(fault, "delay_ms", 0, hour_ms, read.delay_ms);
  read_whole<std::int64_t>(fault, "refuse_ms", 1, hour_ms, read.refuse_ms);
  read_whole<std::int64_t>(fault, "body_bytes_per_s", 1, bytes_max, read.body_bytes_per_s);
  read_bytes(fault, "reset_after_bytes", read.reset_after_bytes);
  read_bytes(fault, "after_request_bytes", read.after_request_bytes);
  read_switch(fault, "after_effect", read.after_effect);
  read_switch(fault, "wrong_hash", read.wrong_hash);
  if (read.after_request_bytes && !read.action.empty()) {
    reject_key("after_request_bytes", "which action it is shows only when the whole body has come");
  }
  if (read.after_request_bytes && read.after_effect) {
    reject_key("after_request_bytes", "what has come in part has no effect; after_effect does not go with it");
  }
  if (read.wrong_hash && read.service != "*" && read.service != "image") {
    reject_key("wrong_hash", "only answers of \"image\" tell hashes");
  }
  if (read.wrong_hash && read.status > 0) reject_key("wrong_hash", "an answer of another status tells no hash");
  const bool does_something = read.status > 0 || read.delay_ms > 0 || read.reset_after_bytes || read.refuse_ms > 0 ||
                              read.body_bytes_per_s > 0 || read.wrong_hash;
  if (!does_something) {
    throw FaultError(
        "nothing happens; say status, delay_ms, reset_after_bytes, refuse_ms, body_bytes_per_s or wrong_hash");
  }
  return read;
}

Json json_of_http_fault(const HttpFault& fault) {
  Json json{{"http", fault.service}, {"method", fault.method}, {"path", fault.path}};
  if (!fault.operation.empty()) json["operation"] = fault.operation;
  if (!fault.action.empty()) json["action"] = fault.action;
  if (!fault.project.empty()) json["project"] = fault.project;
  json["nth"] = fault.nth == HttpFault::every ? Json("every") : Json(fault.nth);
  if (fault.probability < 1) {
    json["probability"] = fault.probability;
    json["seed"] = fault.seed;
  }
  if (fault.after_requests > 0) json["after_requests"] = fault.after_requests;
  if (fault.for_requests > 0) json["for_requests"] = fault.for_requests;
  if (fault.status > 0) json["status"] = fault.status;
  if (fault.after_effect) json["after_effect"] = true;
  if (fault.delay_ms > 0) json["delay_ms"] = fault.delay_ms;
  if (fault.after_request_bytes) json["after_request_bytes"] = *fault.after_request_bytes;
  if (fault.reset_after_bytes) json["reset_after_bytes"] = *fault.reset_after_bytes;
  if (fault.refuse_ms > 0) json["refuse_ms"] = fault.refuse_ms;
  if (fault.body_bytes_per_s > 0) json["body_bytes_per_s"] = fault.body_bytes_per_s;
  if (fault.wrong_hash) json["wrong_hash"] = true;
  return json;
}

FaultSpec scenario_fault_from(Json fault, const Scenario& session) {
  if (!fault.is_object()) throw FaultError("a fault is an object, as {\"at\": \"glance.upload.unavailable\"}");
  name_instances(fault, session);
  const bool names_point = fault.contains("at") && fault.at("at").is_string();
  const auto point = names_point ? fault_point_from(fault.at("at").get<std::string>()) : std::nullopt;
  if (point && fault_points()[*point].is_event() && !has_moment(fault)) fault["at_ms"] = 0;
  Scenario others = session;
  others.faults.clear();
  Json text = Json::parse(write_scenario(others));
  text["faults"] = Json::array({fault});
  const ScenarioOrProblems read = read_scenario(text.dump(-1, ' ', false, Json::error_handler_t::replace), "faults");
  if (read) return read->faults.front();
  std::string what;
  for (const Problem& problem : read.error()) {
    if (!what.empty()) what += "; ";
    what += fmt::format("{}: {}{}", problem.pointer, problem.message, did_you_mean(problem.suggestion));
  }
  throw FaultError(what);
}

}  // namespace snapsim
