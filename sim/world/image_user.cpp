#include "sim/world/image_user.hpp"

#include "sim/world/request_records.hpp"
#include "sim/world/timing.hpp"

namespace snapsim {

ImageId newest_image_named(const std::string& name, const Scenario& scenario, const Glance& glance) {
  for (std::uint32_t i = glance.image_count(); i-- > 0;) {
    const RequestSpec& maker = scenario.requests[glance.record(ImageId(i)).request];
    if (made_image_name(scenario, maker) == name) return ImageId(i);
  }
  return {};
}

ImageUser::ImageUser(Process& process, const Scenario& scenario, const Surroundings& s)
    : process_(process),
      scenario_(scenario),
      surroundings_(s),
      journal_(s.recorder, s.ledger, Component::client, HostId()),
      glance_(process, s.glance, s.operations, journal_) {}

void ImageUser::delete_image(RequestId request) {
  write_request_sent(surroundings_.recorder, request, scenario_.requests[request.value]);
  surroundings_.ledger.work_begun(request, Worker::client());
  process_.spawn("image-user", ask_to_delete(request));
}

Task<void> ImageUser::ask_to_delete(RequestId request) {
  const RequestSpec& spec = scenario_.requests[request.value];
  const ImageId image = newest_image_named(spec.name, scenario_, surroundings_.glance.glance());
  ApiReply reply;
  if (image.exists()) {
    const InstanceUuid instance = surroundings_.glance.glance().record(image).instance;
    const RequestContext context{request};
    const HttpResult<void> removed = co_await glance_.remove(context, instance, image);
    reply.status = removed ? 204 : removed.error().status;
  } else {
    co_await process_.sleep(timing::glance_delete);
    reply.status = 404;
  }
  if (reply.status >= 400) reply.failure = {FailureKind::http, 0, 0, reply.status};
  write_request_answered(surroundings_.recorder, surroundings_.ledger, request, spec, reply);
  surroundings_.ledger.work_ended(request, Worker::client());
}

}  // namespace snapsim
