#include "sim/bench/plain_client.hpp"

#include <stdexcept>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "fake_glance/http/fake_glance_server.hpp"

namespace snapsim {

TEST_CASE("the client of the benchmarks brings data to a server and gets it back", "[bench]") {
  FakeGlanceServer glance;
  glance.start();
  PlainClient client(glance.port());
  const std::string token = "X-Auth-Token: demo\r\n";
  const PlainClient::Answer made = client.ask("POST", "/v2/images", token + "Content-Type: application/json\r\n",
                                              R"({"disk_format": "raw", "container_format": "bare"})");
  REQUIRE(made.status == 201);
  CHECK(made.body_bytes == static_cast<std::int64_t>(made.body.size()));
  const std::string file = "/v2/images/" + nlohmann::json::parse(made.body).at("id").get<std::string>() + "/file";

  const std::vector<std::byte> block{std::byte{'a'}, std::byte{'b'}, std::byte{'c'}};
  CHECK(client.put(file, token + "Content-Type: application/octet-stream\r\n", block, 1'000'000).status == 204);
  const PlainClient::Answer dropped = client.get_and_drop(file, token);
  CHECK(dropped.status == 200);
  CHECK(dropped.body_bytes == 1'000'000);
  CHECK(dropped.body.empty());
  const PlainClient::Answer kept = client.ask("GET", file, token + "Range: bytes=0-6\r\n");
  CHECK(kept.status == 206);
  CHECK(kept.body == "abcabca");
  CHECK(client.ask("GET", "/v2/images", "").status == 401);

  glance.stop();
  CHECK_THROWS_AS(client.ask("GET", "/v2/images", token), std::runtime_error);
}

}  // namespace snapsim
