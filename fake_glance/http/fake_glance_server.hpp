#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "fake_glance/http/images_api.hpp"
#include "fake_glance/http/token_table.hpp"
#include "real/http/http_server.hpp"

namespace snapsim {

struct FakeGlanceOptions {
  HttpServerOptions http;
  ImagesApiOptions api;
  /// Where images and their metadata are kept from one server to the next. None: in a private folder that is gone with
  /// the server.
  std::optional<std::filesystem::path> data_folder;
  /// Who may do what. Not owned; null: TokenTable::built_in().
  TokenValidator* tokens = nullptr;
};

/// A whole Glance in this process, to embed in tests:
///
///   snapsim::FakeGlanceServer glance;
///   glance.start();
///   // ... requests to glance.url() with X-Auth-Token: demo
class FakeGlanceServer {
 public:
  /// Opens what the data folder holds. Throws std::runtime_error where that cannot be used.
  explicit FakeGlanceServer(FakeGlanceOptions options = {});
  /// Stops it.
  ~FakeGlanceServer();
  FakeGlanceServer(const FakeGlanceServer&) = delete;
  FakeGlanceServer& operator=(const FakeGlanceServer&) = delete;

  /// Serves from now on. Throws std::system_error where the port cannot be had.
  void start();
  /// Cuts all connections and imports. An upload or import that is cut leaves its image queued. Once is enough.
  void stop();

  int port() const;
  /// "http://127.0.0.1:PORT"
  std::string url() const;
  std::chrono::milliseconds idle_time() const;
  /// The records and rows, for tests. Hold its lock.
  ImageService& service();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace snapsim
