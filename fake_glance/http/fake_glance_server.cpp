#include "fake_glance/http/fake_glance_server.hpp"

#include <stdexcept>
#include <utility>

#include "fake_glance/http/catalogue.hpp"
#include "fake_glance/http/catalogue_db.hpp"
#include "fake_glance/http/glance_front.hpp"
#include "fake_glance/http/image_folder.hpp"
#include "real/private_folder.hpp"

namespace snapsim {
namespace {

namespace fs = std::filesystem;

PrivateFolder private_folder() {
  auto made = PrivateFolder::make(fs::temp_directory_path());
  if (!made) throw std::runtime_error("cannot make a folder for images: " + made.error().message());
  return std::move(*made);
}

}  // namespace

struct FakeGlanceServer::Parts {
  explicit Parts(FakeGlanceOptions given)
      : options(std::move(given)),
        temporary(options.data_folder ? std::nullopt : std::optional<PrivateFolder>(private_folder())),
        folder(options.data_folder ? *options.data_folder : temporary->path(),
               [this](ImageId image) { return catalogue.row(image).uuid; }),
        database(options.data_folder ? std::make_unique<CatalogueDb>(*options.data_folder / "catalogue.sqlite")
                                     : nullptr),
        catalogue(folder, nullptr, database.get()),
        glance(folder, catalogue),
        service{glance, catalogue, folder, database.get()},
        front(service, options.tokens != nullptr ? *options.tokens : table, options.api),
        http(options.http) {
    if (database) database->load(glance, catalogue);
    if (database) database->load_metadefs(service.metadefs);
    if (database) remove_orphans();
    front.mount(http, "");
  }

  /// What a server that was killed has left. DIFFERS: Glance leaves what is in its store.
  void remove_orphans() {
    folder.remove_orphans([this](const std::string& uuid) { return !catalogue.find(uuid); },
                          [this](const std::string& uuid) {
                            const std::optional<ImageId> image = catalogue.find(uuid);
                            // A file whose image nobody has deleted stays: the database may be another one.
                            if (!image) return catalogue.was_deleted(uuid);
                            return glance.record(*image).status == ImageStatus::queued;
                          });
  }

  FakeGlanceOptions options;
  TokenTable table = TokenTable::built_in();
  std::optional<PrivateFolder> temporary;
  ImageFolder folder;
  std::unique_ptr<CatalogueDb> database;
  Catalogue catalogue;
  Glance glance;
  ImageService service;
  GlanceFront front;
  HttpServer http;
};

FakeGlanceServer::FakeGlanceServer(FakeGlanceOptions options) : parts_(std::make_unique<Parts>(std::move(options))) {}

FakeGlanceServer::~FakeGlanceServer() {
  stop();
}

void FakeGlanceServer::start() {
  parts_->http.start();
}

void FakeGlanceServer::stop() {
  parts_->http.stop();
  parts_->front.api().stop_imports();
}

int FakeGlanceServer::port() const {
  return parts_->http.port();
}

std::string FakeGlanceServer::url() const {
  const std::string& address = parts_->options.http.bind_address;
  const bool is_ipv6 = address.find(':') != std::string::npos;
  return "http://" + (is_ipv6 ? "[" + address + "]" : address) + ":" + std::to_string(port());
}

std::chrono::milliseconds FakeGlanceServer::idle_time() const {
  return parts_->http.idle_time();
}

ImageService& FakeGlanceServer::service() {
  return parts_->service;
}

}  // namespace snapsim
