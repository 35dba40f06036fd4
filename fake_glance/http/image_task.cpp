#include "fake_glance/http/image_task.hpp"

#include <utility>

#include "fake_glance/http/catalogue.hpp"

namespace snapsim {
namespace {

constexpr std::int64_t time_to_live_us = std::int64_t{48} * 3600 * 1'000'000;
constexpr const char* task_type = "api_image_import";

/// oslo_serialization's way to write a moment; the database keeps no fractions of a second.
std::string database_time(std::int64_t microseconds) {
  std::string text = iso_time(microseconds);
  text.back() = '.';  // iso_time ends in Z
  return text + "000000";
}

OrderedJson input_of(const ImageTask& task, const std::string& image_uuid) {
  OrderedJson input;
  input["image_id"] = image_uuid;
  input["import_req"] = OrderedJson::parse(task.import_request);
  input["backend"] = OrderedJson::array({nullptr});
  return input;
}

OrderedJson result_of(const ImageTask& task, const std::string& image_uuid) {
  if (!task.has_succeeded()) return nullptr;
  OrderedJson result;
  result["image_id"] = image_uuid;
  return result;
}

void add_state(OrderedJson& view, const ImageTask& task) {
  view["type"] = task_type;
  view["status"] = task.status;
  view["owner"] = task.owner;
}

void add_times(OrderedJson& view, const ImageTask& task) {
  view["created_at"] = iso_time(task.created_at_us);
  view["updated_at"] = iso_time(task.updated_at_us);
  view["self"] = "/v2/tasks/" + task.id;
  view["schema"] = "/v2/schemas/task";
}

}  // namespace

void begin_task(ImageTask& task, std::int64_t now_us) {
  task.status = "processing";
  task.updated_at_us = now_us;
}

void end_task(ImageTask& task, bool succeeded, std::int64_t copied_bytes, std::int64_t now_us) {
  task.status = succeeded ? "success" : "failure";
  if (!succeeded) {
    // async_/taskflow_executor.py, _run: whatever went wrong.
    task.message = "Task failed due to Internal Error";
  } else if (copied_bytes > 0) {
    // async_/flows/api_image_import.py, _ImportToStore._status_callback: the last thing said while data is copied.
    task.message = "Copied " + std::to_string(copied_bytes >> 20) + " MiB";
  }
  task.updated_at_us = now_us;
  task.expires_at_us = now_us + time_to_live_us;
}

bool has_expired(const ImageTask& task, std::int64_t now_us) {
  return task.expires_at_us != 0 && task.expires_at_us < now_us;
}

OrderedJson task_row(const ImageTask& task, const std::string& image_uuid) {
  OrderedJson row;
  row["id"] = task.id;
  add_state(row, task);
  row["expires_at"] = task.expires_at_us == 0 ? OrderedJson(nullptr) : OrderedJson(database_time(task.expires_at_us));
  row["created_at"] = database_time(task.created_at_us);
  row["updated_at"] = database_time(task.updated_at_us);
  row["deleted_at"] = nullptr;
  row["deleted"] = false;
  row["image_id"] = image_uuid;
  row["request_id"] = task.request_id;
  row["user_id"] = task.user_id;
  row["input"] = input_of(task, image_uuid);
  row["result"] = result_of(task, image_uuid);
  row["message"] = task.message;
  return row;
}

OrderedJson task_view(const ImageTask& task, const std::string& image_uuid) {
  OrderedJson view;
  view["id"] = task.id;
  view["input"] = input_of(task, image_uuid);
  add_state(view, task);
  view["message"] = task.message;
  view["result"] = result_of(task, image_uuid);
  add_times(view, task);
  view["image_id"] = image_uuid;
  view["request_id"] = task.request_id;
  view["user_id"] = task.user_id;
  if (task.expires_at_us != 0) view["expires_at"] = iso_time(task.expires_at_us);
  return view;
}

OrderedJson task_stub(const ImageTask& task) {
  OrderedJson view;
  view["id"] = task.id;
  add_state(view, task);
  add_times(view, task);
  if (task.expires_at_us != 0) view["expires_at"] = iso_time(task.expires_at_us);
  return view;
}

OrderedJson kept_task(const ImageTask& task) {
  return OrderedJson::array({task.id, task.owner, task.user_id, task.request_id, task.import_request, task.status,
                             task.message, task.created_at_us, task.updated_at_us, task.expires_at_us});
}

ImageTask task_from(const OrderedJson& kept) {
  return {kept.at(0).get<std::string>(), kept.at(1).get<std::string>(),  kept.at(2).get<std::string>(),
          kept.at(3).get<std::string>(), kept.at(4).get<std::string>(),  kept.at(5).get<std::string>(),
          kept.at(6).get<std::string>(), kept.at(7).get<std::int64_t>(), kept.at(8).get<std::int64_t>(),
          kept.at(9).get<std::int64_t>()};
}

}  // namespace snapsim
