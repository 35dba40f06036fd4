#include "sim/nova/api.hpp"

#include <algorithm>

#include "sim/nova/exceptions.hpp"

namespace snapsim {
namespace {

/// nova/api/validation/parameter_types.py, name: 1 to 255 characters, none of them a control character, no white space
/// at either end.
bool is_valid_name(const std::string& name) {
  const auto is_space = [](char c) { return c == ' '; };
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  const auto is_first_of_character = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; };
  if (name.empty() || is_space(name.front()) || is_space(name.back())) return false;
  if (std::any_of(name.begin(), name.end(), is_control)) return false;
  return std::count_if(name.begin(), name.end(), is_first_of_character) <= 255;
}

}  // namespace

ServersController::ServersController(Database& database, ComputeApi& compute_api, Journal& journal)
    : database_(database), compute_api_(compute_api), journal_(journal) {}

// nova/api/openstack/wsgi.py, Resource._process_stack(): the request's way in and out.
Task<ApiReply> ServersController::create_image(RequestContext context, ImageCreation image, const std::string& name) {
  const InstanceUuid instance = image.instance;
  journal_.log(context, InstanceUuid(), LogMessage::api_calling_method,
               static_cast<std::int64_t>(Action::create_image));
  const ApiReply reply = co_await action_create_image(context, image, name);
  if (reply.status == 500) {
    journal_.log(context, InstanceUuid(), LogMessage::api_unexpected_exception, reply.failure.packed());
  }
  if (reply.status >= 400) {
    journal_.log(context, InstanceUuid(), LogMessage::api_http_exception, reply.status, reply.failure.packed());
  }
  journal_.log(context, instance, LogMessage::api_request_done, reply.status);
  co_return reply;
}

// nova/api/openstack/compute/servers.py, _action_create_image(): which exception is which answer. Whatever is not
// foreseen, a lost race for the instance among it, is 500.
Task<ApiReply> ServersController::action_create_image(RequestContext context, ImageCreation image,
                                                      const std::string& name) {
  if (!is_valid_name(name)) co_return ApiReply{400, {}, {FailureKind::invalid_input, 0, 0, 0}};
  try {
    journal_.log(context, image.instance, LogMessage::api_fetching_instance);
    Instance instance = co_await Instance::get_by_uuid(context, database_, image.instance);
    const ImageId image_id = co_await compute_api_.snapshot(context, instance, image);
    co_return ApiReply{202, image_id, {}};
  } catch (const InstanceInvalidState& error) {
    co_return ApiReply{409, {}, error.failure()};
  } catch (const InstanceNotFound& error) {
    co_return ApiReply{404, {}, error.failure()};
  } catch (const Invalid& error) {
    co_return ApiReply{400, {}, error.failure()};
  } catch (const Forbidden& error) {
    co_return ApiReply{403, {}, error.failure()};
  } catch (const Exception& error) {
    co_return ApiReply{500, {}, error.failure()};
  }
}

}  // namespace snapsim
