#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "fake_glance/http/python_text.hpp"

namespace snapsim {

/// A row of Glance's `tasks` and `task_info`: an import of one image (domain/__init__.py: Task).
struct ImageTask {
  std::string id;
  std::string owner;  ///< the id of a project
  std::string user_id;
  std::string request_id;
  std::string import_request;  ///< the body of the import's request, as JSON
  std::string status = "pending";
  std::string message;
  std::int64_t created_at_us = 0;  ///< since the epoch
  std::int64_t updated_at_us = 0;
  std::int64_t expires_at_us = 0;  ///< 0 while it has not ended

  bool has_succeeded() const { return status == "success"; }
  bool operator==(const ImageTask&) const = default;
};

/// Task.begin_processing.
void begin_task(ImageTask& task, std::int64_t now_us);
/// Task.succeed, after `copied_bytes` have come into the store, or Task.fail. It is kept for 48 hours ([task]
/// task_time_to_live).
void end_task(ImageTask& task, bool succeeded, std::int64_t copied_bytes, std::int64_t now_us);
/// Those hours are over.
bool has_expired(const ImageTask& task, std::int64_t now_us);

/// db/sqlalchemy/api.py, _task_format: a task as GET /v2/images/{id}/tasks shows it.
OrderedJson task_row(const ImageTask& task, const std::string& image_uuid);
/// api/v2/tasks.py, _format_task and _format_task_stub: as GET /v2/tasks/{id} and the list show it.
OrderedJson task_view(const ImageTask& task, const std::string& image_uuid);
OrderedJson task_stub(const ImageTask& task);

/// A task as text that a later process reads again. task_from throws nlohmann::json::exception.
OrderedJson kept_task(const ImageTask& task);
ImageTask task_from(const OrderedJson& kept);

}  // namespace snapsim
