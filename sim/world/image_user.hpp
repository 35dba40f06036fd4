#pragma once

#include "sim/engine/process.hpp"
#include "sim/world/compute_service.hpp"
#include "sim/world/scenario.hpp"

namespace snapsim {

/// The newest image of that name that the scenario's requests have made, whether it is still there or not; none where
/// there never was one.
ImageId newest_image_named(const std::string& name, const Scenario& scenario, const Glance& glance);

/// A user who talks to Glance without Nova.
class ImageUser {
 public:
  /// `process` is the clients'. References must outlive the object.
  ImageUser(Process& process, const Scenario& scenario, const Surroundings& surroundings);

  /// DELETE /v2/images/{id}, of the newest image with the request's name. The answer goes to the ledger.
  void delete_image(RequestId request);

 private:
  Task<void> ask_to_delete(RequestId request);

  Process& process_;
  const Scenario& scenario_;
  Surroundings surroundings_;
  ServiceJournal journal_;
  GlanceConnection glance_;
};

}  // namespace snapsim
