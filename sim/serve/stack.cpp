#include "sim/serve/stack.hpp"

#include "sim/serve/page.hpp"
#include "sim/serve/remote_keystone.hpp"

namespace snapsim {

Stack::Stack(const StackOptions& options)
    : options_(options),
      cloud_(options.cloud),
      token_store_(options.token_lifetime),
      remote_(options.keystone_url.empty() ? nullptr : std::make_unique<RemoteKeystone>(options.keystone_url)),
      validator_(remote_ ? remote_.get() : &token_store_),
      cloud_images_(cloud_),
      keystone_(options_.users, token_store_),
      compute_(cloud_, *validator_, cloud_images_, http_faults_),
      control_(cloud_, compute_, cloud_images_, http_faults_),
      server_(std::make_unique<HttpServer>(http_faults_, *validator_)) {
  if (!remote_) keystone_.mount(server_->routes(), "/identity");
  compute_.mount(server_->routes(), "/compute");
  control_.mount(server_->routes(), "/_snapsim");
  mount_page(server_->routes());
}

Stack::~Stack() {
  stop();
}

int Stack::start() {
  return server_->start(options_.bind, options_.port);
}

}  // namespace snapsim
