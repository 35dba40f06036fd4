#pragma once

#include <cstdint>
#include <vector>

#include "sim/engine/process.hpp"
#include "sim/world/image_user.hpp"
#include "sim/world/moments.hpp"
#include "sim/world/service_control.hpp"

namespace snapsim {

/// The users and operators of a scenario: sends each request at its moment.
class Client final : public MomentTaker {
 public:
  /// References must outlive the object.
  Client(Process& process, const Scenario& scenario, ApiService& api, ServiceControl& services,
         const Surroundings& surroundings)
      : process_(process),
        scenario_(scenario),
        api_(api),
        services_(services),
        ledger_(surroundings.ledger),
        recorder_(surroundings.recorder),
        image_user_(process, scenario, surroundings) {}

  /// Tells `moments` what to watch for.
  void watch(Moments& moments);
  /// Starts to wait for the times.
  void begin();
  /// Sends the request now, whatever its moment is.
  void send(std::uint32_t request);

  void take(std::uint32_t index, const OperationCall* step) override;
  Task<void> settle(Runtime& runtime, std::uint32_t index) override;

 private:
  Task<void> operate(RequestId request);
  Task<void> send_by_the_clock(std::vector<std::uint32_t> requests);

  Process& process_;
  const Scenario& scenario_;
  ApiService& api_;
  ServiceControl& services_;
  Ledger& ledger_;
  Recorder& recorder_;
  ImageUser image_user_;
};

}  // namespace snapsim
