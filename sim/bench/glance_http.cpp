#include <algorithm>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <malloc.h>
#include <memory>
#include <random>
#include <span>
#include <stdexcept>
#include <string>
#include <sys/resource.h>
#include <vector>

#include <nlohmann/json.hpp>

#include "fake_glance/http/fake_glance_server.hpp"
#include "real/image_hasher.hpp"
#include "real/private_folder.hpp"
#include "sim/bench/benchmarks.hpp"
#include "sim/bench/peers/nginx.hpp"
#include "sim/bench/plain_client.hpp"
#include "sim/world/storage.hpp"

namespace snapsim {
namespace {

constexpr std::int64_t mib = 1024 * 1024;
constexpr const char* with_token = "X-Auth-Token: demo\r\n";
constexpr const char* with_json = "X-Auth-Token: demo\r\nContent-Type: application/json\r\n";
constexpr const char* with_data = "X-Auth-Token: demo\r\nContent-Type: application/octet-stream\r\n";

double seconds_for(const std::function<void()>& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

/// Random bytes, so that nothing on the way can make them fewer.
std::vector<std::byte> random_block() {
  std::mt19937_64 random(1);
  std::vector<std::byte> block(static_cast<std::size_t>(mib));
  std::generate(block.begin(), block.end(), [&] { return static_cast<std::byte>(random()); });
  return block;
}

PlainClient::Answer checked(PlainClient::Answer answer, int status) {
  if (answer.status == status) return answer;
  throw std::runtime_error("bench: " + std::to_string(answer.status) + " instead of " + std::to_string(status));
}

PlainClient::Answer make_image(PlainClient& client) {
  const std::string body = R"({"name": "bench", "disk_format": "raw", "container_format": "bare"})";
  return checked(client.ask("POST", "/v2/images", with_json, body), 201);
}

/// A Glance in this process, and a client of it.
class ServedGlance {
 public:
  ServedGlance() {
    server_.start();
    client_ = std::make_unique<PlainClient>(server_.port());
  }

  int port() const { return server_.port(); }
  PlainClient& client() { return *client_; }

  /// The path of a new image.
  std::string new_image() {
    return "/v2/images/" + nlohmann::json::parse(make_image(*client_).body).at("id").get<std::string>();
  }
  void upload(const std::string& image, std::int64_t bytes) {
    static const std::vector<std::byte> block = random_block();
    checked(client_->put(image + "/file", with_data, block, bytes), 204);
  }
  void remove(const std::string& image) { checked(client_->ask("DELETE", image, with_token), 204); }

 private:
  FakeGlanceServer server_;
  std::unique_ptr<PlainClient> client_;
};

/// MiB a second of a hash by itself.
double hashed_per_second(const char* name, std::int64_t bytes) {
  const std::vector<std::byte> block = random_block();
  Digest digest(name);
  const double seconds = seconds_for([&] {
    for (std::int64_t left = bytes; left > 0; left -= mib) digest.update(block);
    digest.finish();
  });
  return static_cast<double>(bytes / mib) / seconds;
}

/// A value of this process in /proc/self/status, in MiB.
double memory_mib(const std::string& name) {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    double kib = 0;
    if (word == name + ":" && status >> kib) return kib / 1024;
  }
  throw std::runtime_error("bench: no " + name + " in /proc/self/status");
}

/// By how much the work makes the resident memory of this process grow at most, in MiB.
double memory_growth_mib(const std::function<void()>& work) {
  ::malloc_trim(0);                               // what earlier work has freed would be used first
  std::ofstream("/proc/self/clear_refs") << "5";  // the peak so far is forgotten
  const double before = memory_mib("VmRSS");
  work();
  return std::max(memory_mib("VmHWM") - before, 0.01);
}

void keep_connections(int port, int count) {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  std::vector<std::unique_ptr<PlainClient>> clients;
  for (int i = 0; i < count; ++i) {
    clients.push_back(std::make_unique<PlainClient>(port));
    checked(clients.back()->ask("GET", "/v2/images?limit=1", with_token), 200);
  }
}

Contest contest_of(std::string name, std::string parameter, std::string unit) {
  Contest contest;
  contest.name = std::move(name);
  contest.parameter = std::move(parameter);
  contest.unit = std::move(unit);
  return contest;
}

/// One request of many, on a connection of its own.
using Request = std::function<void(PlainClient&)>;

constexpr int connections = 4;  // so that the server never waits for its client

/// Answered requests a second; and how many real Glance answered when it was recorded, in one process.
Contest requests_contest(std::string parameter, int count, double recorded,
                         const std::function<Request(ServedGlance&)>& prepare) {
  Contest contest = contest_of("glance.requests", std::move(parameter), "1/s");
  contest.ours = [count, prepare]() -> std::optional<double> {
    ServedGlance glance;
    const Request ask = prepare(glance);
    const auto ask_often = [&] {
      PlainClient client(glance.port());
      for (int i = 0; i < count / connections; ++i) ask(client);
    };
    return count / seconds_for([&] {
             std::vector<std::future<void>> asking;
             for (int i = 0; i < connections; ++i) asking.push_back(std::async(std::launch::async, ask_often));
             for (std::future<void>& one : asking) one.get();
           });
  };
  contest.peers = {{"Glance 25.1 (recorded)", "", {{"", [recorded]() -> std::optional<double> { return recorded; }}}}};
  return contest;
}

}  // namespace

std::vector<Contest> glance_upload(bool quick) {
  const std::int64_t bytes = (quick ? 256 : 1024) * mib;
  Contest contest = contest_of("glance.upload", std::to_string(bytes / mib) + " MiB", "MiB/s");
  contest.ours = [bytes]() -> std::optional<double> {
    ServedGlance glance;
    const std::string image = glance.new_image();
    return static_cast<double>(bytes / mib) / seconds_for([&] { glance.upload(image, bytes); });
  };
  contest.peers = {{"slower hash alone", "", {{"", [bytes]() -> std::optional<double> {
                                                 return std::min(hashed_per_second("md5", bytes),
                                                                 hashed_per_second("sha512", bytes));
                                               }}}}};
  return {contest};
}

std::vector<Contest> glance_download(bool quick) {
  const std::int64_t bytes = (quick ? 256 : 1024) * mib;
  Contest contest = contest_of("glance.download", std::to_string(bytes / mib) + " MiB", "MiB/s");
  contest.ours = [bytes]() -> std::optional<double> {
    ServedGlance glance;
    const std::string image = glance.new_image();
    glance.upload(image, bytes);
    return static_cast<double>(bytes / mib) /
           seconds_for([&] { checked(glance.client().get_and_drop(image + "/file", with_token), 200); });
  };
  const auto theirs = [bytes]() -> std::optional<double> {
    const auto folder = PrivateFolder::make(std::filesystem::temp_directory_path());
    if (!folder) throw OutsideError(OutsideError::Kind::failed, "bench: no folder: " + folder.error().message());
    const std::vector<std::byte> block = random_block();
    std::ofstream file(folder->path() / "image", std::ios::binary);
    for (std::int64_t left = bytes; left > 0; left -= mib) {
      file.write(reinterpret_cast<const char*>(block.data()), mib);
    }
    file.close();
    const std::unique_ptr<Nginx> nginx = Nginx::serve(folder->path());
    if (!nginx) return std::nullopt;
    PlainClient client(nginx->port());
    return static_cast<double>(bytes / mib) / seconds_for([&] { checked(client.get_and_drop("/image", ""), 200); });
  };
  contest.peers = {{"nginx, static file", "nginx-light", {{"", theirs}}}};
  return {contest};
}

std::vector<Contest> glance_requests(bool quick) {
  const int count = quick ? 2'000 : 10'000;
  const auto show = [](ServedGlance& glance) -> Request {
    return [image = glance.new_image()](PlainClient& client) { checked(client.ask("GET", image, with_token), 200); };
  };
  const auto list = [](ServedGlance& glance) -> Request {
    for (int i = 0; i < 20; ++i) glance.new_image();
    return [](PlainClient& client) { checked(client.ask("GET", "/v2/images", with_token), 200); };
  };
  const auto create = [](ServedGlance&) -> Request { return [](PlainClient& client) { make_image(client); }; };
  return {requests_contest("GET an image", count, 380, show), requests_contest("GET 20 images", count, 137, list),
          requests_contest("POST an image", count, 115, create)};
}

std::vector<Contest> glance_memory(bool quick) {
  const std::int64_t bytes = (quick ? 1 : 10) * 1024 * mib;
  Contest upload = contest_of("glance.memory", "upload of " + std::to_string(bytes / mib / 1024) + " GiB", "MiB");
  upload.better = Better::less;
  upload.rounds_max = 1;
  upload.ours = [bytes]() -> std::optional<double> {
    ServedGlance glance;
    const std::string image = glance.new_image();
    return memory_growth_mib([&] { glance.upload(image, bytes); });
  };
  Contest connections = contest_of("glance.memory", "1,000 connections", "MiB");
  connections.better = Better::less;
  connections.ours = []() -> std::optional<double> {
    ServedGlance glance;
    glance.new_image();
    return memory_growth_mib([&] { keep_connections(glance.port(), 1'000); });
  };
  return {upload, connections};
}

}  // namespace snapsim
