// Sends any number of hostile requests to a fake_glance in this process: glance_fuzz [REQUESTS [SEED]]. Built with the
// sanitizers it is the heavier brother of the suite's test of the same. Exit status 1, and the request on standard
// error, where one gets an answer that none should get, where a file is where it should not be, or where the server no
// longer answers.

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "fake_glance/http/fake_glance_server.hpp"
#include "fake_glance/http/python_text.hpp"
#include "tests/fake_glance/hostile_requests.hpp"
#include "tests/fake_glance/raw_http.hpp"

namespace snapsim {
namespace {

using testing::HostileRequests;
using testing::RawResponse;

std::size_t entries_in(const std::filesystem::path& folder) {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder)) ++count;
  return count;
}

/// A new image, half of them with data. Returns its id, empty if none was made.
std::string new_image(int port, bool has_data) {
  const RawResponse made =
      testing::raw_exchange(port, "POST", "/v2/images", {{"X-Auth-Token", "demo"}},
                            R"({"name": "x", "disk_format": "raw", "container_format": "bare", "tags": ["a"]})");
  if (made.status != 201) return "";
  const std::string id = OrderedJson::parse(made.body).at("id");
  if (has_data) {
    testing::raw_exchange(port, "PUT", "/v2/images/" + id + "/file",
                          {{"X-Auth-Token", "demo"}, {"Content-Type", "application/octet-stream"}}, "hello glance");
  }
  return id;
}

int run(long requests, std::uint64_t seed) {
  std::string name = (std::filesystem::temp_directory_path() / "glance_fuzz.XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) return 74;
  const std::filesystem::path outer = name;
  FakeGlanceOptions options;
  options.data_folder = outer / "data";
  options.http.patience = std::chrono::seconds(2);
  TokenTable tokens = TokenTable::built_in();
  options.tokens = &tokens;
  FakeGlanceServer server(options);
  server.start();
  HostileRequests hostile(seed);
  testing::HostileTally tally;
  int result = 0;
  for (long i = 0; i < requests && result == 0; ++i) {
    if (i % 100 == 0) {
      const std::string id = new_image(server.port(), i % 200 == 0);
      if (id.empty()) {
        std::fprintf(stderr, "after %ld requests no image can be made\n", i);
        result = 1;
      }
      hostile.use_image(id);
    }
    if (!tally.send(server.port(), hostile.next())) {
      std::fprintf(stderr, "it was request %ld\n", i);
      result = 1;
    }
  }
  server.stop();
  if (entries_in(outer) != 1) {
    std::fprintf(stderr, "there is something beside the data folder in %s\n", outer.c_str());
    return 1;
  }
  std::printf("%ld requests, seed %llu: %s\n", requests, static_cast<unsigned long long>(seed), tally.text().c_str());
  std::filesystem::remove_all(outer);
  return result;
}

}  // namespace
}  // namespace snapsim

int main(int argc, char** argv) {
  const long requests = argc > 1 ? std::atol(argv[1]) : 100'000;
  return snapsim::run(requests, argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1);
}
