#pragma once

#include <optional>
#include <string>

#include "fake_glance/http/fake_glance_server.hpp"
#include "fake_glance/http/python_text.hpp"
#include "tests/fake_glance/raw_http.hpp"

namespace snapsim::testing {

/// A running Glance and its clients: demo, alt and admin, each of a project of its own, whose token is the name.
struct HttpBench {
  explicit HttpBench(std::optional<std::filesystem::path> data_folder = std::nullopt,
                     std::chrono::milliseconds patience = std::chrono::seconds(10), ImagesApiOptions api = {});

  TokenTable tokens;
  FakeGlanceServer server;

  /// A project's id: 32 hexadecimal digits, as Keystone's are.
  static std::string project_id(const std::string& name);

  /// One request with that client's token; `who` "nobody" has none.
  RawResponse call(const std::string& who, const std::string& method, const std::string& target,
                   const std::string& body = {}, RawHeaders headers = {});
  /// POST /v2/images. Returns the image's id; fails the test where none is made.
  std::string create(const OrderedJson& body = OrderedJson::object(), const std::string& who = "demo");
  /// A new image with formats, and data if there is any.
  std::string create_raw(const std::string& data = {}, const std::string& who = "demo");
  /// PUT .../file. Returns the status.
  int upload(const std::string& id, const std::string& data, const std::string& who = "demo");
  /// PATCH with one operation. Returns the status.
  int patch(const std::string& id, const std::string& operation, const std::string& path, const OrderedJson& value,
            const std::string& who = "demo");
  /// GET, as JSON; null where it is not 200.
  OrderedJson show(const std::string& id, const std::string& who = "demo");
  /// Asks until the image has that status, for some seconds. Returns the last status seen.
  std::string wait_for_status(const std::string& id, const std::string& status);
};

}  // namespace snapsim::testing
