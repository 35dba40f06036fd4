#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>

#include "fake_glance/http/import_filter.hpp"
#include "real/http/http_body.hpp"
#include "real/unique_fd.hpp"

namespace snapsim {

/// One download of a URI, as Glance's import fetches it (common/scripts/utils.py, open_external_uri): by GET, without a
/// proxy, to the address that the filter has found, and along up to ten redirections, each of which has to pass the
/// filter. Used by one thread, but for cancel().
class WebDownload {
 public:
  explicit WebDownload(const ImportFilter& filter) : filter_(filter) {}

  /// Gives the body to `sink` while it comes. Returns what went wrong, in words, or nothing where all of it has come. A
  /// server that is silent for a minute has failed.
  std::string fetch(const std::string& uri, BodySink& sink);
  /// From any thread: fetch() ends soon, and any later one at once.
  void cancel();

 private:
  /// One request. Sets `location` where the answer sends elsewhere.
  std::string fetch_once(const ImportUri& uri, BodySink& sink, std::string& location);
  /// The socket that is about to be connected; from now on cancel() cuts it.
  void watch(int socket);

  const ImportFilter& filter_;
  std::atomic<bool> is_cancelled_ = false;
  std::mutex mutex_;
  UniqueFd socket_;  ///< a descriptor of our own, so that its number is not another file's by the time it is cut
};

}  // namespace snapsim
