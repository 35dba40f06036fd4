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

Task<ApiReply> ServersController::create_image(RequestContext context, ImageCreation image, const std::string& name) {
  ServerRequest request;
  request.action = Action::create_image;
  request.instance = image.instance;
  request.index = image.request;
  request.name = name;
  co_return co_await answer(context, request);
}

// nova/api/openstack/wsgi.py, Resource._process_stack(): the request's way in and out.
Task<ApiReply> ServersController::answer(RequestContext context, const ServerRequest& request) {
  journal_.log(context, InstanceUuid(), LogMessage::api_calling_method, static_cast<std::int64_t>(request.action));
  const ApiReply reply = co_await answer_or_throw(context, request);
  if (reply.status == 500) {
    journal_.log(context, InstanceUuid(), LogMessage::api_unexpected_exception, reply.failure.packed());
  }
  if (reply.status >= 400) {
    journal_.log(context, InstanceUuid(), LogMessage::api_http_exception, reply.status, reply.failure.packed());
  }
  journal_.log(context, request.instance, LogMessage::api_request_done, reply.status);
  co_return reply;
}

// nova/api/openstack/compute/servers.py and the other actions' modules: which exception is which answer. Whatever is
// not foreseen, a lost race for the instance among it, is 500.
Task<ApiReply> ServersController::answer_or_throw(RequestContext context, const ServerRequest& request) {
  const bool has_name = request.action == Action::create_image || request.action == Action::create_backup;
  if (has_name && !is_valid_name(request.name)) co_return ApiReply{400, {}, {FailureKind::invalid_input, 0, 0, 0}};
  try {
    journal_.log(context, request.instance, LogMessage::api_fetching_instance);
    Instance instance = co_await Instance::get_by_uuid(context, database_, request.instance);
    const ImageId made = co_await act(context, request, instance);
    co_return ApiReply{request.action == Action::rescue ? 200 : 202, made, {}};
  } catch (const InstanceInvalidState& error) {
    co_return ApiReply{409, {}, error.failure()};
  } catch (const InstanceNotFound& error) {
    co_return ApiReply{404, {}, error.failure()};
  } catch (const ImageNotFound& error) {
    // servers.py, _action_rebuild(): "Cannot find image for rebuild".
    co_return ApiReply{request.action == Action::rebuild ? 400 : 500, {}, error.failure()};
  } catch (const UnexpectedTaskStateError& error) {
    // shelve.py, _shelve() and _unshelve() are the only ones that foresee it.
    const bool is_foreseen = request.action == Action::shelve || request.action == Action::unshelve;
    co_return ApiReply{is_foreseen ? 409 : 500, {}, error.failure()};
  } catch (const Invalid& error) {
    co_return ApiReply{400, {}, error.failure()};
  } catch (const Forbidden& error) {
    co_return ApiReply{403, {}, error.failure()};
  } catch (const Exception& error) {
    co_return ApiReply{500, {}, error.failure()};
  }
}

// The methods of the controllers, each of which hands the instance to the compute API.
Task<ImageId> ServersController::act(RequestContext context, const ServerRequest& request, Instance& instance) {
  ImageCreation image{request.instance, request.index};
  switch (request.action) {
    case Action::create_backup:
      image.image_type = ImageType::backup;
      image.backup_type = request.backup_type;
      co_return co_await compute_api_.backup(context, instance, image, request.rotation);
    case Action::rebuild:
      co_await compute_api_.rebuild(context, instance, request.image);
      break;
    case Action::rescue:
      co_await compute_api_.rescue(context, instance);
      break;
    case Action::unrescue:
      co_await compute_api_.unrescue(context, instance);
      break;
    case Action::shelve:
      co_return co_await compute_api_.shelve(context, instance, image);
    case Action::unshelve:
      co_await compute_api_.unshelve(context, instance);
      break;
    default:
      co_return co_await compute_api_.snapshot(context, instance, image);
  }
  co_return ImageId();
}

}  // namespace snapsim
