#include <nlohmann/json.hpp>

#include "sim/explain/report.hpp"
#include "sim/explain/story_facts.hpp"
#include "sim/report/text.hpp"
#include "sim/world/fault_point.hpp"

namespace snapsim {
namespace {

using Json = nlohmann::ordered_json;

Json text_or_null(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(visible(text));
}

Json time_or_null(std::int64_t time_us) {
  return time_us == 0 ? Json(nullptr) : Json(time_us);
}

Json place_json(const LogBook& book, const StoryEvent& each) {
  return {{"file", visible(book.files()[each.event.file].path)}, {"line", each.event.line}};
}

Json steps_json(const LogBook& book, const SnapshotStory& story) {
  Json steps = Json::array();
  for (const StoryEvent& each : story.events) {
    if (event_info(each.event.kind).step.empty()) continue;
    Json step = place_json(book, each);
    step["time_us"] = time_or_null(each.event.time_us);
    step["service"] = to_string(each.side);
    step["own"] = !each.is_foreign;
    step["step"] = visible(step_text(book, each));
    steps.push_back(std::move(step));
  }
  return steps;
}

Json mishap_json(const Mishap& mishap) {
  Json json;
  if (const auto* const fault = std::get_if<FaultSpec>(&mishap.what)) {
    json["at"] = fault_points()[fault->point].name;
    if (!fault->moment) json["nth"] = fault->nth == FaultSpec::every ? Json("every") : Json(fault->nth);
  } else {
    json["request"] = name_of(mishap);
  }
  json["text"] = words_for(mishap);
  return json;
}

Json causes_json(const LogBook& book, const ExplainedStory& explained) {
  constexpr std::size_t evidence_max = 40;
  Json causes = Json::array();
  for (const Cause& cause : explained.diagnosis.causes) {
    Json json;
    json["name"] = cause.name.empty() ? "nothing" : cause.name;
    json["cost"] = cause.cost;
    json["faults"] = Json::array();
    for (const Mishap& mishap : cause.candidate.mishaps) json["faults"].push_back(mishap_json(mishap));
    json["same_lines"] = cause.same_lines;
    json["also"] = cause.moments;
    Json evidence = Json::array();
    for (const std::size_t i : cause.comparison.matched) {
      if (evidence.size() == evidence_max) break;
      evidence.push_back(place_json(book, explained.story.events[i]));
    }
    Json against = Json::array();
    for (const std::size_t i : cause.comparison.unexplained) {
      if (against.size() == evidence_max) break;
      against.push_back(place_json(book, explained.story.events[i]));
    }
    Json missing = Json::array();
    for (const EventKind kind : cause.comparison.missing) missing.push_back(event_info(kind).step);
    json["evidence"] = std::move(evidence);
    json["unexplained"] = std::move(against);
    json["expected_but_missing"] = std::move(missing);
    causes.push_back(std::move(json));
  }
  return causes;
}

Json state_json(const FinalState& state) {
  Json json;
  json["api_status"] = state.api_status == 0 ? Json(nullptr) : Json(state.api_status);
  json["task_states"] = state.task_states;
  json["vm_state"] = text_or_null(state.vm_state);
  json["task_state"] = state.task_state == "None" ? Json(nullptr) : text_or_null(state.task_state);
  json["power_state"] = text_or_null(state.power_state);
  json["guest"] = text_or_null(state.guest);
  json["guest_reason"] = text_or_null(state.guest_reason);
  json["image_status"] = state.image_status;
  json["image_statuses"] = state.image_statuses;
  json["image_bytes"] = state.image_bytes ? Json(*state.image_bytes) : Json(nullptr);
  json["event"] = state.event;
  json["fault"] = state.has_fault;
  json["temporary_files"] = state.files.size();
  return json;
}

}  // namespace

void write_explanation_json(const LogBook& book, const std::vector<ExplainedStory>& stories, std::ostream& out) {
  Json root;
  root["snapsim_version"] = SNAPSIM_VERSION;
  root["files"] = Json::array();
  for (const LogFileInfo& file : book.files()) {
    root["files"].push_back({{"path", visible(file.path)},
                             {"lines", file.lines},
                             {"understood", file.understood},
                             {"bytes", file.bytes},
                             {"damage", text_or_null(file.damage)}});
  }
  root["snapshots"] = Json::array();
  for (const ExplainedStory& explained : stories) {
    const Remains remains = remains_of(book, explained);
    Json json;
    json["request_id"] = text_or_null(explained.story.request);
    json["global_request_id"] = text_or_null(explained.story.global_request);
    json["action"] = explained.story.is_backup ? "createBackup" : "createImage";
    json["instance"] = text_or_null(explained.story.instance);
    json["image"] = text_or_null(explained.story.image);
    json["image_name"] = text_or_null(explained.story.image_name);
    json["kind"] = explained.diagnosis.circumstances.is_live ? "live" : "cold";
    json["success"] = explained.diagnosis.is_success;
    json["ended"] = visible(explained.diagnosis.end);
    json["causes"] = causes_json(book, explained);
    json["state"] = state_json(explained.diagnosis.state);
    json["open"] = explained.diagnosis.is_open;
    json["in_doubt"] = Json::object();
    for (const Doubt& doubt : explained.diagnosis.doubts) json["in_doubt"][std::string(doubt.part)] = doubt.others;
    json["left_behind"] = remains.facts;
    json["inspect"] = remains.inspect;
    json["clean_up"] = remains.clean;
    json["steps"] = steps_json(book, explained.story);
    root["snapshots"].push_back(std::move(json));
  }
  out << root.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

}  // namespace snapsim
