#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "sim/choice/uneventful.hpp"
#include "sim/serve/history.hpp"
#include "sim/world/world.hpp"

namespace snapsim {

/// A scenario file holds no more: the session has to begin anew.
class SessionFull : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The wall clock and the virtual one of a cloud that is served.
struct CloudOptions {
  double speed = 1;  ///< virtual seconds for each real one; 0: as fast as possible, and no time passes at rest
  Policy policy = Policy::nova;
};

/// What became of a request that was put to nova-api.
struct CloudAnswer {
  std::uint32_t request = 0;  ///< its index in the session
  int status = 0;             ///< of HTTP; 0: no answer came, as when nova-api dies
  ImageId image;              ///< that it made
  std::string message;        ///< of a refusal
};

/// What the user said of an image that a request makes. The scenario's own name of it may differ, because there names
/// are unique.
struct ImageLabel {
  std::string name;
  std::string project_id;  ///< its owner; empty: everybody may use it
  std::vector<std::pair<std::string, std::string>> properties;
};

class CloudImageWatcher;

/// A simulated cloud that lives while others talk to it: a World whose scenario grows, on a thread of its own, with its
/// virtual time tied to the wall clock. Everything that is asked of it from other threads is done by that thread, one
/// after the other. What comes in does so at whole virtual milliseconds, so that the session can be written as a
/// scenario and be run again.
class Cloud {
 public:
  /// What the cloud's thread lets others look at, while it waits.
  struct Inside {
    World& world;
    Scenario& scenario;
    const History& history;
    const std::map<std::uint32_t, ImageLabel>& image_labels;  ///< by the request that made the image
    Cloud& cloud;
  };

  /// Instances, requests and faults that a session can hold, each.
  static constexpr std::size_t session_max = 10'000;

  /// Begins with one image, `base_image_name`, which was made by a snapshot before anybody could look.
  explicit Cloud(const CloudOptions& options);
  ~Cloud();
  Cloud(const Cloud&) = delete;
  Cloud& operator=(const Cloud&) = delete;

  static constexpr const char* base_image_name = "debian-12";

  /// A new instance, there at once. Its name and moment in the scenario are made here; `spec.name` is what it should
  /// be like. Gives its index. Throws SessionFull.
  std::uint32_t create_instance(InstanceSpec spec);
  /// Puts the request to nova-api or Glance and waits for the answer. `spec.name` of an image is made unique; `label`
  /// goes with an image that it makes. Throws SessionFull.
  CloudAnswer request(RequestSpec spec, ImageLabel label = {}) {
    return put_request(std::move(spec), std::move(label)).get();
  }
  /// The same, and leaves the waiting to the caller, who need not: no answer comes before Glance or nova-api gives one.
  std::future<CloudAnswer> put_request(RequestSpec spec, ImageLabel label = {});
  /// Plans the fault from now on: `nth`, and that of a moment, count from now, and `at_ms` or a missing moment means
  /// now. Gives its index in the session. Throws SessionFull.
  std::uint32_t add_fault(FaultSpec fault);
  /// Whoever waits for an answer, or will, is told at once that none comes.
  void give_up_answers();
  /// It happens no more.
  void switch_off_fault(std::uint32_t fault);
  /// A fresh cloud in place of this one. Requests under way get no answer.
  void reset();
  /// Tells `watcher` of every image that is there, and from now on of every change. Not owned; null ends it, and when
  /// that has returned the old one is told of nothing more.
  void watch_images(CloudImageWatcher* watcher);

  /// Runs `looker(const Inside&)` on the cloud's thread, at the virtual time that it is now, and gives what it gives.
  template <class Look>
  auto look(Look looker) -> decltype(looker(std::declval<const Inside&>())) {
    using Seen = decltype(looker(std::declval<const Inside&>()));
    auto task = std::make_shared<std::packaged_task<Seen()>>([this, &looker]() -> Seen {
      const Inside inside{*world_, *scenario_, history_, image_labels_, *this};
      return looker(inside);
    });
    std::future<Seen> seen = task->get_future();
    post([task] { (*task)(); });
    return seen.get();
  }

  /// The wall clock's time at a virtual one.
  std::chrono::system_clock::time_point wall_time(std::int64_t virtual_us) const {
    return std::chrono::system_clock::time_point(std::chrono::microseconds(wall_begin_us_.load() + virtual_us));
  }
  const CloudOptions& options() const { return options_; }
  /// How many times it was reset.
  std::uint64_t generation() const { return generation_.load(); }

 private:
  using Clock = std::chrono::steady_clock;
  struct Waiting {
    std::uint32_t request;
    std::promise<CloudAnswer> answer;
  };

  void post(std::function<void()> job);
  void work();
  void begin_session();
  void bootstrap();
  void advance();
  void settle();
  void answer(Waiting& waiting);
  void refuse_waiting();
  Instant free_instant();
  std::optional<Clock::time_point> next_wake() const;
  std::string unique_name(const std::string& wanted, bool is_image) const;
  int shift_counts(FaultSpec& fault) const;
  int count_of(const Moment& moment) const;
  static void check_room(std::size_t used, const char* what);

  CloudOptions options_;
  std::atomic<std::int64_t> wall_begin_us_{0};  // since the epoch
  Clock::time_point real_anchor_;
  Instant virtual_anchor_{};
  UneventfulChoices choices_;
  std::unique_ptr<Scenario> scenario_;
  std::unique_ptr<World> world_;
  History history_;
  std::size_t seen_ = 0;  // records of the trace that were taken
  CloudImageWatcher* image_watcher_ = nullptr;
  std::map<std::uint32_t, ImageLabel> image_labels_;
  std::vector<Waiting> waiting_;
  bool has_given_up_ = false;  // nobody waits for answers any more
  std::atomic<std::uint64_t> generation_{0};

  std::mutex mutex_;  // of what follows
  std::condition_variable changed_;
  std::deque<std::function<void()>> jobs_;
  bool is_ending_ = false;
  std::thread thread_;
};

/// Is told of the images of a Cloud, on the cloud's thread, before whoever caused the change is answered and before
/// anybody looks at the cloud that has changed.
class CloudImageWatcher {
 public:
  virtual ~CloudImageWatcher() = default;
  /// A new session has begun: the images of the one before are gone.
  virtual void session_begins() = 0;
  /// The image has come into that status.
  virtual void image_changed(const Cloud::Inside& inside, ImageId image, ImageStatus status) = 0;
};

}  // namespace snapsim
