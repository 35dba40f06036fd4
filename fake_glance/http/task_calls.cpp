#include <algorithm>
#include <charconv>

#include "fake_glance/http/images_api.hpp"
#include "fake_glance/http/refusal.hpp"
#include "fake_glance/http/schemas.hpp"

namespace snapsim {
namespace {

void check_tasks_access(const Identity& who) {
  if (!who.is_admin()) throw Refusal(403, "You are not authorized to complete tasks_api_access action.");
}

/// db/sqlalchemy/api.py: _is_task_visible.
bool is_task_visible(const Identity& who, const ImageTask& task) {
  return who.is_admin() || task.owner == who.project_id;
}

/// The same JSON with everything beyond ASCII escaped.
std::string ascii_json(const std::string& json) {
  std::string out;
  for (std::size_t at = 0; at < json.size();) {
    std::size_t end = at;
    while (end < json.size() && (json[end] & 0x80) != 0) ++end;
    if (end == at) {
      out += json[at++];
      continue;
    }
    const std::string quoted = ascii_json_string(std::string_view(json).substr(at, end - at));
    out += quoted.substr(1, quoted.size() - 2);
    at = end;
  }
  return out;
}

/// The query of GET /v2/tasks (tasks.py, RequestDeserializer.index).
struct TaskQuery {
  std::optional<std::string> marker;
  std::optional<std::string> status;
  std::optional<std::string> type;
  std::size_t limit = 25;
  bool is_ascending = false;
  std::string without_marker;
};

std::size_t limit_from(const std::string& text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) throw Refusal(400, "limit param must be an integer");
  if (number < 0) throw Refusal(400, "limit param must be positive");
  return static_cast<std::size_t>(std::min<std::int64_t>(number, 1000));
}

/// DIFFERS: tasks are sorted by the moment they were made, whatever sort_key says.
TaskQuery task_query(const std::string& text) {
  TaskQuery query;
  for (const auto& [name, value] : parsed_query(text)) {
    if (name == "marker") {
      if (!value.empty() && !is_uuid(value)) throw Refusal(400, "Invalid marker format");
      query.marker = value;
      continue;
    }
    query.without_marker += (query.without_marker.empty() ? "" : "&") + quoted_plus(name) + "=" + quoted_plus(value);
    if (name == "limit") query.limit = limit_from(value);
    if (name == "sort_dir" && value != "asc" && value != "desc") {
      throw Refusal(400, "Invalid sort direction: " + value);
    }
    if (name == "sort_dir") query.is_ascending = value == "asc";
    if (name == "status" && value != "pending" && value != "processing" && value != "success" && value != "failure") {
      throw Refusal(400, "Invalid status value: " + value);
    }
    if (name == "status") query.status = value;
    // As in Glance, whose own imports are not among the types that may be asked for.
    if (name == "type" && value != "import") throw Refusal(400, "Invalid type value: " + value);
    if (name == "type") query.type = value;
  }
  return query;
}

}  // namespace

ApiResponse ImagesApi::image_tasks(const Call& call) {
  const Lock lock = this->lock();
  const std::optional<ImageId> image = find_visible(call, call.path[1]);
  if (!image) throw Refusal::plain(404);
  const ImageDescription& row = service_.catalogue.row(*image);
  OrderedJson body;
  body["tasks"] = OrderedJson::array();
  const std::int64_t now_us = service_.catalogue.next_moment_us();
  for (const ImageTask& task : row.tasks) {
    if (is_task_visible(call.who, task) && !has_expired(task, now_us))
      body["tasks"].push_back(task_row(task, row.uuid));
  }
  return json_response(200, ascii_json(python_json(body)));
}

ApiResponse ImagesApi::list_tasks(const Call& call) {
  check_tasks_access(call.who);
  const TaskQuery query = task_query(call.request.query);
  const Lock lock = this->lock();
  const std::int64_t now_us = service_.catalogue.next_moment_us();
  std::vector<const ImageTask*> found;
  for (std::uint32_t i = 0; i < service_.catalogue.size(); ++i) {
    for (const ImageTask& task : service_.catalogue.row(ImageId(i)).tasks) {
      if (!has_expired(task, now_us)) found.push_back(&task);
    }
  }
  std::sort(found.begin(), found.end(), [&](const ImageTask* a, const ImageTask* b) {
    return query.is_ascending ? a->created_at_us < b->created_at_us : a->created_at_us > b->created_at_us;
  });
  if (query.marker) {
    const auto marker =
        std::find_if(found.begin(), found.end(), [&](const ImageTask* task) { return task->id == *query.marker; });
    if (marker == found.end()) throw Refusal(400, "Task with the given id " + *query.marker + " was not found");
    found.erase(found.begin(), marker + 1);
  }
  std::erase_if(found,
                [&](const ImageTask* task) { return query.type || (query.status && task->status != *query.status); });
  const bool is_full = query.limit > 0 && found.size() >= query.limit;
  found.resize(std::min(found.size(), query.limit));
  OrderedJson body;
  body["tasks"] = OrderedJson::array();
  for (const ImageTask* task : found) body["tasks"].push_back(task_stub(*task));
  const std::string question = query.without_marker.empty() ? "" : "?" + query.without_marker;
  body["first"] = "/v2/tasks" + question;
  body["schema"] = "/v2/schemas/tasks";
  if (is_full) body["next"] = "/v2/tasks" + (question.empty() ? "?" : question + "&") + "marker=" + found.back()->id;
  return json_response(200, python_json(body));
}

ApiResponse ImagesApi::create_task(const Call& call) {
  check_tasks_access(call.who);
  const OrderedJson body = json_body(call.request);
  for (const char* name : {"type", "input"}) {
    if (!body.contains(name)) throw Refusal(400, "Task '" + std::string(name) + "' is required");
  }
  throw Refusal(400, "Tasks are not run here: upload the image's data instead.");
}

ApiResponse ImagesApi::show_task(const Call& call) {
  check_tasks_access(call.who);
  const Lock lock = this->lock();
  const std::int64_t now_us = service_.catalogue.next_moment_us();
  for (std::uint32_t i = 0; i < service_.catalogue.size(); ++i) {
    ImageDescription& row = service_.catalogue.row(ImageId(i));
    const ImageTask* task = find_task(row, call.path[1]);
    if (task != nullptr && !has_expired(*task, now_us))
      return json_response(200, python_json(task_view(*task, row.uuid)));
  }
  throw Refusal(404, "Could not find task " + call.path[1]);
}

ApiResponse ImagesApi::delete_task(const Call& call) {
  check_tasks_access(call.who);
  Refusal refusal(405,
                  "This operation is currently not permitted on Glance Tasks. They are auto deleted after reaching "
                  "the time based on their expires_at property.");
  refusal.headers.emplace_back("Allow", "GET");
  throw refusal;
}

}  // namespace snapsim
