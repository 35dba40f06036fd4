#include "tests/fake_glance/http_bench.hpp"

#include <thread>

#include <catch2/catch.hpp>

namespace snapsim::testing {
namespace {

TokenTable tokens_of_bench() {
  TokenTable table;
  for (const std::string name : {"demo", "alt", "admin"}) {
    Identity identity{name + "-id", name, HttpBench::project_id(name), name, {"member", "reader"}};
    if (name == "admin") identity.roles.insert(identity.roles.begin(), "admin");
    table.add(name, identity);
  }
  return table;
}

FakeGlanceOptions options(TokenTable& tokens, std::optional<std::filesystem::path> data_folder,
                          std::chrono::milliseconds patience, ImagesApiOptions api) {
  FakeGlanceOptions made;
  made.api = std::move(api);
  made.tokens = &tokens;
  made.data_folder = std::move(data_folder);
  made.http.patience = patience;
  return made;
}

}  // namespace

HttpBench::HttpBench(std::optional<std::filesystem::path> data_folder, std::chrono::milliseconds patience,
                     ImagesApiOptions api)
    : tokens(tokens_of_bench()), server(options(tokens, std::move(data_folder), patience, std::move(api))) {
  server.start();
}

std::string HttpBench::project_id(const std::string& name) {
  std::string id;
  for (const char c : name) {
    id += "0123456789abcdef"[(c >> 4) & 0xf];
    id += "0123456789abcdef"[c & 0xf];
  }
  id.resize(32, '0');
  return id;
}

RawResponse HttpBench::call(const std::string& who, const std::string& method, const std::string& target,
                            const std::string& body, RawHeaders headers) {
  if (who != "nobody") headers.emplace_back("X-Auth-Token", who);
  return raw_exchange(server.port(), method, target, headers, body);
}

std::string HttpBench::create(const OrderedJson& body, const std::string& who) {
  const RawResponse made = call(who, "POST", "/v2/images", python_json(body), {{"Content-Type", "application/json"}});
  INFO(made.body);
  REQUIRE(made.status == 201);
  return OrderedJson::parse(made.body).at("id");
}

std::string HttpBench::create_raw(const std::string& data, const std::string& who) {
  OrderedJson body;
  body["disk_format"] = "raw";
  body["container_format"] = "bare";
  const std::string id = create(body, who);
  if (!data.empty()) REQUIRE(upload(id, data, who) == 204);
  return id;
}

int HttpBench::upload(const std::string& id, const std::string& data, const std::string& who) {
  return call(who, "PUT", "/v2/images/" + id + "/file", data, {{"Content-Type", "application/octet-stream"}}).status;
}

int HttpBench::patch(const std::string& id, const std::string& operation, const std::string& path,
                     const OrderedJson& value, const std::string& who) {
  OrderedJson change;
  change["op"] = operation;
  change["path"] = path;
  if (operation != "remove") change["value"] = value;
  return call(who, "PATCH", "/v2/images/" + id, python_json(OrderedJson::array({change})),
              {{"Content-Type", "application/openstack-images-v2.1-json-patch"}})
      .status;
}

OrderedJson HttpBench::show(const std::string& id, const std::string& who) {
  const RawResponse shown = call(who, "GET", "/v2/images/" + id);
  return shown.status == 200 ? OrderedJson::parse(shown.body) : OrderedJson(nullptr);
}

std::string HttpBench::wait_for_status(const std::string& id, const std::string& status) {
  std::string seen;
  for (int i = 0; i < 500 && seen != status; ++i) {
    if (i > 0) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    const OrderedJson image = show(id);
    seen = image.is_null() ? "" : image.at("status").get<std::string>();
  }
  return seen;
}

}  // namespace snapsim::testing
