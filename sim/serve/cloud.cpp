#include "sim/serve/cloud.hpp"

#include <algorithm>
#include <variant>

#include "sim/report/result_texts.hpp"

namespace snapsim {
namespace {

using namespace std::chrono_literals;

/// Steps that the thread makes before it looks whether somebody asks something.
constexpr std::uint64_t steps_at_a_time = 200'000;

/// The instance from which the base image was made.
InstanceSpec base_image_source() {
  InstanceSpec spec;
  spec.name = "source-of-" + std::string(Cloud::base_image_name);
  return spec;
}

RequestSpec request_for_instance(Action action, std::uint32_t instance) {
  RequestSpec spec;
  spec.action = action;
  spec.instance = instance;
  return spec;
}

/// Bytes of a name that a scenario still takes when a number was put behind it.
constexpr std::size_t scenario_name_bytes_max = 240;

/// What a scenario takes for a name: without the control characters beyond ASCII, and not too long.
std::string scenario_text(std::string name) {
  for (std::size_t i = 0; i + 1 < name.size(); ++i) {
    const auto byte = static_cast<unsigned char>(name[i]);
    const auto next = static_cast<unsigned char>(name[i + 1]);
    const bool is_c1 = byte == 0xc2 && next < 0xa0;
    const std::string_view line_end = std::string_view(name).substr(i, 3);
    if (is_c1) name.replace(i, 2, "-");
    if (line_end == "\u2028" || line_end == "\u2029") name.replace(i, 3, "-");
  }
  if (name.size() <= scenario_name_bytes_max) return name;
  std::size_t end = scenario_name_bytes_max;
  while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xc0) == 0x80) --end;
  name.resize(end);
  while (name.ends_with(' ')) name.pop_back();
  return name;
}

/// The same of an instance's name, which holds no slash and begins with no dot.
std::string scenario_instance_name(const std::string& wanted) {
  std::string name = scenario_text(wanted);
  std::replace(name.begin(), name.end(), '/', '-');
  if (name.starts_with('.')) name.front() = '-';
  return name.empty() ? "instance" : name;
}

bool makes_named_image(Action action) {
  return action == Action::create_image || action == Action::create_backup;
}

}  // namespace

Cloud::Cloud(const CloudOptions& options) : options_(options) {
  begin_session();
  thread_ = std::thread([this] { work(); });
}

Cloud::~Cloud() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    is_ending_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Cloud::check_room(std::size_t used, const char* what) {
  if (used < session_max) return;
  throw SessionFull("the session holds " + std::to_string(session_max) + " " + what +
                    ", no more fit into a scenario file; POST /_snapsim/reset begins a new one");
}

void Cloud::begin_session() {
  refuse_waiting();
  world_.reset();
  history_ = History();
  image_labels_.clear();
  seen_ = 0;
  if (image_watcher_) image_watcher_->session_begins();
  scenario_ = std::make_unique<Scenario>();
  scenario_->title = "A session of snapsim serve";
  scenario_->why = "What clients asked for over HTTP, at the virtual times at which they did.";
  scenario_->policy = options_.policy;
  scenario_->written_policy = options_.policy;
  // Services refer to the members of these lists, which therefore must not move.
  scenario_->instances.reserve(session_max);
  scenario_->requests.reserve(session_max);
  scenario_->faults.reserve(session_max);
  world_ = std::make_unique<World>(*scenario_, choices_, WorldOptions{});
  world_->expect_growth();
  world_->begin();
  bootstrap();
}

/// The base image is an image like any other: somebody has taken a snapshot of an instance, and deleted that.
void Cloud::bootstrap() {
  const auto rest = [this] {
    while (!world_->engine().run_until_rest(steps_at_a_time)) continue;
  };
  InstanceSpec source = base_image_source();
  source.at_us = free_instant().time_since_epoch().count();
  scenario_->instances.push_back(std::move(source));
  world_->take_in_instance();
  RequestSpec snapshot = request_for_instance(Action::create_image, 0);
  snapshot.name = base_image_name;
  for (RequestSpec& request : std::vector<RequestSpec>{snapshot, request_for_instance(Action::delete_, 0)}) {
    request.moment = AtTime{free_instant().time_since_epoch().count()};
    scenario_->requests.push_back(request);
    world_->take_in_request();
    rest();
  }
  image_labels_[0] = {base_image_name, {}, {}};
  settle();
  virtual_anchor_ = world_->engine().now();
  real_anchor_ = Clock::now();
  const auto wall = std::chrono::duration_cast<Duration>(std::chrono::system_clock::now().time_since_epoch());
  wall_begin_us_ = (wall - virtual_anchor_.time_since_epoch()).count();
}

void Cloud::post(std::function<void()> job) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    jobs_.push_back(std::move(job));
  }
  changed_.notify_all();
}

void Cloud::work() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (!is_ending_) {
    std::function<void()> job;
    if (!jobs_.empty()) {
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    lock.unlock();
    advance();
    settle();  // what the job looks at is known to whoever watches
    if (job) job();
    settle();
    const std::optional<Clock::time_point> wake = next_wake();
    lock.lock();
    if (!jobs_.empty() || is_ending_) continue;
    if (wake) {
      changed_.wait_until(lock, *wake);
    } else {
      changed_.wait(lock);
    }
  }
  lock.unlock();
  refuse_waiting();
}

/// Lets virtual time pass up to where the wall clock says it is.
void Cloud::advance() {
  Engine& engine = world_->engine();
  if (options_.speed <= 0) {
    engine.run_until_rest(steps_at_a_time);
    return;
  }
  const std::chrono::duration<double, std::micro> real = Clock::now() - real_anchor_;
  const Instant target = virtual_anchor_ + Duration(static_cast<std::int64_t>(real.count() * options_.speed));
  engine.run_until(target, steps_at_a_time);
}

/// When something is due again; none: only when somebody asks something.
std::optional<Cloud::Clock::time_point> Cloud::next_wake() const {
  const Engine& engine = world_->engine();
  if (options_.speed <= 0) return engine.is_busy() ? std::optional(Clock::now()) : std::nullopt;
  const std::optional<Instant> due = engine.next_due();
  if (!due) return std::nullopt;
  const std::chrono::duration<double, std::micro> ahead = *due - virtual_anchor_;
  const std::chrono::duration<double, std::micro> real = ahead / options_.speed;
  constexpr std::chrono::duration<double, std::micro> longest = 1h;
  const Clock::time_point latest = Clock::now() + 1h;
  if (real > longest + (Clock::now() - real_anchor_)) return latest;
  return real_anchor_ + std::chrono::ceil<Clock::duration>(real) + 1us;
}

/// Takes note of what has happened, and answers those whose requests have ended.
void Cloud::settle() {
  const std::vector<TraceRecord>& trace = world_->recorder().trace();
  for (; seen_ < trace.size(); ++seen_) {
    const TraceRecord& record = trace[seen_];
    history_.take(record);
    if (record.kind == TraceKind::image_status && image_watcher_) {
      const Inside inside{*world_, *scenario_, history_, image_labels_, *this};
      image_watcher_->image_changed(inside, ImageId(record.subject), static_cast<ImageStatus>(record.code));
    }
    const bool api_died = record.kind == TraceKind::process_died && record.component == Component::nova_api;
    if (record.kind != TraceKind::request_answered && !api_died) continue;
    const auto ended = std::stable_partition(waiting_.begin(), waiting_.end(), [&](const Waiting& waiting) {
      if (!api_died) return waiting.request != record.request;
      return scenario_->requests[waiting.request].action == Action::delete_image;  // Glance answers that
    });
    std::for_each(ended, waiting_.end(), [this](Waiting& waiting) { answer(waiting); });
    waiting_.erase(ended, waiting_.end());
  }
}

void Cloud::answer(Waiting& waiting) {
  const RequestEntry& entry = world_->ledger().entry(RequestId(waiting.request));
  const RequestSpec& spec = scenario_->requests[waiting.request];
  CloudAnswer given;
  given.request = waiting.request;
  given.status = entry.status;
  given.image = entry.image;
  if (entry.status >= 400) {
    RequestResult reply;
    reply.index = waiting.request;
    reply.action = spec.action;
    reply.instance = spec.instance;
    reply.status = entry.status;
    reply.failure = entry.failure;
    const RunResult result;
    given.message = answer_text(RunNames(RunRecord{*scenario_, result, world_->recorder().trace()}), reply);
  }
  waiting.answer.set_value(std::move(given));
}

/// Moves on to the next whole millisecond at which nothing is due, and gives it.
Instant Cloud::free_instant() {
  constexpr std::int64_t millisecond_us = 1000;
  Engine& engine = world_->engine();
  for (;;) {
    const std::int64_t now_ms = engine.now().time_since_epoch().count() / millisecond_us;
    const Instant wanted{Duration((now_ms + 1) * millisecond_us)};
    while (!engine.run_until(wanted - Duration(1), steps_at_a_time)) continue;
    const bool is_free = engine.next_due() != wanted;
    while (!engine.run_until(wanted, steps_at_a_time)) continue;
    if (is_free) return wanted;
  }
}

/// The name itself, or with a number behind it where the session has that name already.
std::string Cloud::unique_name(const std::string& wanted, bool is_image) const {
  const auto is_taken = [&](const std::string& name) {
    const auto names_it = [&](const RequestSpec& spec) { return made_image_name(*scenario_, spec) == name; };
    const auto is_its = [&](const InstanceSpec& spec) { return spec.name == name; };
    return is_image ? std::any_of(scenario_->requests.begin(), scenario_->requests.end(), names_it)
                    : std::any_of(scenario_->instances.begin(), scenario_->instances.end(), is_its);
  };
  std::string name = wanted;
  for (int number = 2; is_taken(name); ++number) name = wanted + " (" + std::to_string(number) + ")";
  return name;
}

std::uint32_t Cloud::create_instance(InstanceSpec spec) {
  return look([this, &spec](const Inside&) {
    check_room(scenario_->instances.size(), "instances");
    spec.name = unique_name(scenario_instance_name(spec.name), false);
    spec.at_us = free_instant().time_since_epoch().count();
    scenario_->instances.push_back(std::move(spec));
    world_->take_in_instance();
    return static_cast<std::uint32_t>(scenario_->instances.size() - 1);
  });
}

std::future<CloudAnswer> Cloud::put_request(RequestSpec spec, ImageLabel label) {
  return look([this, &spec, &label](const Inside&) {
    check_room(scenario_->requests.size(), "requests");
    const auto index = static_cast<std::uint32_t>(scenario_->requests.size());
    if (makes_named_image(spec.action)) {
      spec.name = unique_name(scenario_text(spec.name), true);
      image_labels_[index] = std::move(label);
    } else if (spec.action == Action::shelve) {
      spec.name = made_image_name(*scenario_, spec);
      image_labels_[index] = std::move(label);
    }
    spec.moment = AtTime{free_instant().time_since_epoch().count()};
    scenario_->requests.push_back(std::move(spec));
    Waiting& waiting = waiting_.emplace_back(Waiting{index, {}});
    std::future<CloudAnswer> answer = waiting.answer.get_future();
    world_->take_in_request();
    if (has_given_up_) refuse_waiting();
    return answer;
  });
}

void Cloud::refuse_waiting() {
  for (Waiting& waiting : waiting_) waiting.answer.set_value({});
  waiting_.clear();
}

void Cloud::give_up_answers() {
  look([this](const Inside&) {
    has_given_up_ = true;
    refuse_waiting();
  });
}

void Cloud::reset() {
  look([this](const Inside&) {
    begin_session();
    ++generation_;
  });
}

void Cloud::watch_images(CloudImageWatcher* watcher) {
  look([this, watcher](const Inside& inside) {
    image_watcher_ = watcher;
    if (!watcher) return;
    watcher->session_begins();
    for (std::uint32_t i = 0; i < world_->image_count(); ++i) {
      watcher->image_changed(inside, ImageId(i), world_->glance().glance().record(ImageId(i)).status);
    }
  });
}

}  // namespace snapsim
