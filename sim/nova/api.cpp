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

/// The schemas of createImage and createBackup: both ask for a name.
bool conforms_to_schema(const ServerRequest& request) {
  const bool has_name = request.action == Action::create_image || request.action == Action::create_backup;
  return !has_name || is_valid_name(request.name);
}

/// nova/api/openstack/compute: the decorators wsgi.response of the actions.
int status_when_accepted(Action action) {
  switch (action) {
    case Action::delete_:
      return 204;
    case Action::rescue:
      return 200;
    default:
      return 202;
  }
}

}  // namespace

ServersController::ServersController(Database& database, ComputeApi& compute_api, Journal& journal,
                                     const Config& config)
    : database_(database),
      compute_api_(compute_api),
      journal_(journal),
      deletes_softly_(config.reclaim_instance_interval_s > 0),
      refuses_lost_claims_(config.rules.contains(Rule::refuse_lost_claim)) {}

// nova/api/openstack/wsgi.py, Resource._process_stack(): the request's way in and out.
Task<ApiReply> ServersController::answer(RequestContext context, const ServerRequest& request) {
  const auto action = static_cast<std::int64_t>(request.action);
  const bool is_delete = request.action == Action::delete_;
  journal_.log(context, InstanceUuid(), is_delete ? LogMessage::api_calling_delete : LogMessage::api_calling_method,
               action);
  const ApiReply reply = co_await answer_or_throw(context, request);
  if (reply.status == 500) {
    journal_.log(context, InstanceUuid(), LogMessage::api_unexpected_exception, reply.failure.packed());
  }
  if (reply.status >= 400) {
    journal_.log(context, InstanceUuid(), LogMessage::api_http_exception, reply.status, reply.failure.packed());
  }
  journal_.log(context, request.instance, is_delete ? LogMessage::api_delete_done : LogMessage::api_request_done,
               reply.status);
  co_return reply;
}

// nova/api/openstack/compute/servers.py and the other actions' modules: which exception is which answer. Whatever is
// not foreseen, a lost race for the instance among it, is 500.
Task<ApiReply> ServersController::answer_or_throw(RequestContext context, const ServerRequest& request) {
  if (!conforms_to_schema(request)) co_return ApiReply{400, {}, {FailureKind::invalid_input, 0, 0, 0}};
  try {
    journal_.log(context, request.instance, LogMessage::api_fetching_instance);
    Instance instance = co_await Instance::get_by_uuid(context, database_, request.instance);
    const ImageId made = co_await act(context, request, instance);
    co_return ApiReply{status_when_accepted(request.action), made, {}};
  } catch (const InstanceInvalidState& error) {
    co_return ApiReply{409, {}, error.failure()};
  } catch (const InstanceNotReady& error) {
    co_return ApiReply{409, {}, error.failure()};
  } catch (const InstanceNotFound& error) {
    co_return ApiReply{404, {}, error.failure()};
  } catch (const ImageNotFound& error) {
    // servers.py, _action_rebuild(): "Cannot find image for rebuild".
    co_return ApiReply{request.action == Action::rebuild ? 400 : 500, {}, error.failure()};
  } catch (const UnexpectedTaskStateError& error) {
    // shelve.py, _shelve() and _unshelve() are the only ones that foresee it.
    const bool is_foreseen =
        refuses_lost_claims_ || request.action == Action::shelve || request.action == Action::unshelve;
    co_return ApiReply{is_foreseen ? 409 : 500, {}, error.failure()};
  } catch (const Invalid& error) {
    co_return ApiReply{400, {}, error.failure()};
  } catch (const Forbidden& error) {
    co_return ApiReply{403, {}, error.failure()};
  } catch (const Exception& error) {
    co_return ApiReply{500, {}, error.failure()};
  }
}

// nova/api/openstack/compute/servers.py, _delete().
Task<void> ServersController::delete_server(RequestContext context, Instance& instance) {
  bool may_be_deleted_softly = deletes_softly_;
  try {
    if (may_be_deleted_softly) co_await compute_api_.soft_delete(context, instance);
  } catch (const InstanceInvalidState&) {
    may_be_deleted_softly = false;  // it has never been active
  }
  if (!may_be_deleted_softly) co_await compute_api_.delete_(context, instance);
}

// The methods of the controllers, each of which hands the instance to the compute API. Gives the image that was made.
Task<ImageId> ServersController::act(RequestContext context, const ServerRequest& request, Instance& instance) {
  ImageCreation image{request.instance, request.index};
  switch (request.action) {
    case Action::create_image:
      co_return co_await compute_api_.snapshot(context, instance, image);
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
    case Action::delete_:
      co_await delete_server(context, instance);
      break;
    case Action::force_delete:
      co_await compute_api_.force_delete(context, instance);
      break;
    case Action::stop:
      co_await compute_api_.stop(context, instance);
      break;
    case Action::start:
      co_await compute_api_.start(context, instance);
      break;
    case Action::pause:
      co_await compute_api_.pause(context, instance);
      break;
    case Action::unpause:
      co_await compute_api_.unpause(context, instance);
      break;
    case Action::suspend:
      co_await compute_api_.suspend(context, instance);
      break;
    case Action::resume:
      co_await compute_api_.resume(context, instance);
      break;
    case Action::reboot:
      co_await compute_api_.reboot(context, instance, request.reboot_type);
      break;
    case Action::reset_state:
      co_await compute_api_.reset_state(context, instance, request.state);
      break;
    default:
      SNAPSIM_ASSERT(false, "nova-api is sent only what it serves");
  }
  co_return ImageId();
}

}  // namespace snapsim
