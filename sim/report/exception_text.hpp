#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sim/nova/failure.hpp"
#include "sim/report/run_names.hpp"

namespace snapsim {

/// What a failure is about, as far as the place where it was met knows: its own numbers do not tell everything that the
/// sentence names. TraceRecord::none for what is not known; the request may tell then.
struct FailureSubjects {
  std::uint32_t instance = TraceRecord::none;
  std::uint32_t image = TraceRecord::none;
  std::uint32_t request = TraceRecord::none;
};

/// The class of the exception with its module, as in "nova.exception.ImageNotFound".
std::string exception_class(const Failure& failure);
/// What the exception says, str(exc) in Python. One line, though Nova's own may have several.
std::string exception_text(const RunNames& names, const Failure& failure, const FailureSubjects& subjects);
/// "class: text", as the last line of a traceback.
std::string exception_summary(const RunNames& names, const Failure& failure, const FailureSubjects& subjects);

/// Why the operation failed that a record of kind `operation_ended` tells of. Its number means what the operation's
/// kind of work fails with: an HTTP status, libvirt's error code, what a command ended with.
std::string operation_failure_text(const RunNames& names, const TraceRecord& record);

/// "404 Not Found"; just the number where HTTP has no phrase for it.
std::string http_status_text(std::int64_t status);

/// Method and path of a request to Glance (a record of kind `http`), as in "PUT /v2/images/<id>/file".
std::string http_request_line(const RunNames& names, const TraceRecord& record);

/// Nova's name of an action in its API and in instance_actions, as in "createImage".
std::string_view api_name(Action action);
/// The body of the request to Nova, as json.dumps writes it. "null" for requests without one.
std::string request_body(const RunNames& names, std::uint32_t request);

}  // namespace snapsim
