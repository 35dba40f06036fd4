#include "sim/serve/stack.hpp"

#include <filesystem>
#include <utility>

#include "sim/serve/page.hpp"

namespace snapsim {

namespace {

PrivateFolder private_folder() {
  auto made = PrivateFolder::make(std::filesystem::temp_directory_path());
  if (!made) {
    throw OutsideError(OutsideError::Kind::failed, "cannot make a folder for images: " + made.error().message());
  }
  return std::move(*made);
}

ImagesApiOptions image_options(const StackOptions& options) {
  ImagesApiOptions made;
  if (!options.keystone_url.empty()) made.keystone_url = options.keystone_url;
  made.import_filter = options.import_filter;
  return made;
}

HttpServerOptions http_options(const StackOptions& options) {
  HttpServerOptions made;
  made.bind_address = options.bind;
  made.port = options.port;
  made.patience = options.patience;
  return made;
}

}  // namespace

ServedGlance::ServedGlance()
    : folder(private_folder()),
      files(folder.path(), [this](ImageId image) { return catalogue.row(image).uuid; }),
      catalogue(files, nullptr, nullptr),
      glance(files, catalogue),
      service{glance, catalogue, files} {}

Stack::Stack(const StackOptions& options)
    : options_(options),
      cloud_(options.cloud),
      token_store_(options.token_lifetime),
      remote_(options.keystone_url.empty() ? nullptr : std::make_unique<RemoteKeystone>(options.keystone_url)),
      validator_(remote_ ? static_cast<TokenValidator&>(*remote_) : token_store_),
      images_(cloud_, glance_.service, glance_.folder.path() / "disks"),
      image_(glance_.service, validator_, image_options(options)),
      keystone_(options_.users, token_store_),
      compute_(cloud_, validator_, images_, image_.api(), http_faults_),
      control_(cloud_, compute_, images_, http_faults_),
      server_(http_options(options), http_faults_, validator_) {
  httplib::Server& routes = server_.http().routes();
  if (!remote_) keystone_.mount(routes, "/identity");
  compute_.mount(routes, "/compute");
  image_.mount(server_.http(), "/image");
  control_.mount(routes, "/_snapsim");
  mount_page(routes);
  server_.http().when_cut([this] {
    cloud_.give_up_answers();
    images_.give_up_waiting();
    if (remote_) remote_->give_up();
  });
}

int Stack::start() {
  return server_.start();
}

void Stack::stop() {
  server_.http().stop();
  image_.api().stop_imports();
}

}  // namespace snapsim
