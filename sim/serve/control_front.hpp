#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "sim/serve/cloud.hpp"
#include "sim/serve/compute_front.hpp"
#include "sim/serve/fault_text.hpp"
#include "sim/serve/http_answer.hpp"
#include "sim/serve/http_faults.hpp"
#include "sim/serve/image_directory.hpp"
#include "sim/world/result.hpp"

namespace httplib {
class Server;
}

namespace snapsim {

/// What lies under /_snapsim: faults on demand, the trace, the verdict, the session as a scenario. No token is asked
/// for.
class ControlFront {
 public:
  /// References must outlive the object.
  ControlFront(Cloud& cloud, ComputeFront& compute, ImageDirectory& images, HttpFaults& http_faults)
      : cloud_(cloud), compute_(compute), images_(images), http_faults_(http_faults) {}

  /// All routes, below `prefix` ("/_snapsim").
  void mount(httplib::Server& server, const std::string& prefix);

  /// Plans every fault of a list as it stands in a scenario's "faults", those of HTTP among them. Throws FaultError.
  void plan(const Json& faults);
  /// The HTTP faults of the session so far, to be planned at the beginning of another in which the same is asked.
  Json http_faults_of_session() const;
  /// Called after the cloud was reset, for fronts that keep something of it.
  void on_reset(std::function<void()> action) { after_reset_.push_back(std::move(action)); }

 private:
  /// A fault that was planned here, under one id for as long as the session lasts, however often it is changed.
  struct Planned {
    Json text;  ///< as it was given
    bool is_http = false;
    std::uint32_t index = 0;  ///< in the cloud's session, or among the HTTP faults
    bool is_off = false;
  };

  std::uint32_t plan_one(const Json& fault);
  void put(Planned& planned, const Json& fault);
  Json fault_json(std::uint32_t id, const Planned& planned) const;

  void list_faults(const httplib::Request& request, httplib::Response& response);
  void add_faults(const httplib::Request& request, httplib::Response& response);
  void show_fault(const httplib::Request& request, httplib::Response& response);
  void change_fault(const httplib::Request& request, httplib::Response& response);
  void remove_fault(const httplib::Request& request, httplib::Response& response);
  void remove_faults(const httplib::Request& request, httplib::Response& response);
  void reset(const httplib::Request& request, httplib::Response& response);
  void show_trace(const httplib::Request& request, httplib::Response& response);
  void show_verdict(const httplib::Request& request, httplib::Response& response);
  void show_session(const httplib::Request& request, httplib::Response& response);
  void show_http_faults_of_session(const httplib::Request& request, httplib::Response& response);
  void show_state(const httplib::Request& request, httplib::Response& response);

  Cloud& cloud_;
  ComputeFront& compute_;
  ImageDirectory& images_;
  HttpFaults& http_faults_;
  std::vector<std::function<void()>> after_reset_;
  mutable std::mutex mutex_;  // of planned_
  std::vector<Planned> planned_;
};

/// What reports need to know of the session so far: its replies.
RunResult result_so_far(const Cloud::Inside& inside);

/// The session so far as a scenario that runs the same way: the faults that happened, each at its pass, and those that
/// are still to come.
Scenario session_scenario(const Cloud::Inside& inside);

}  // namespace snapsim
