#pragma once

#include <string>
#include <sys/types.h>

#include "fake_glance/http/python_text.hpp"
#include "tests/fake_glance/raw_http.hpp"

namespace snapsim::testing {

/// The program, as a process of its own that can be killed.
class GlanceProcess {
 public:
  /// Starts it, after the commands of `before` in a shell ("ulimit -f 100;"), and waits until it is ready.
  explicit GlanceProcess(const std::string& arguments, const std::string& before = {});
  ~GlanceProcess();
  GlanceProcess(const GlanceProcess&) = delete;
  GlanceProcess& operator=(const GlanceProcess&) = delete;

  int port() const { return port_; }
  /// Returns the exit status, or 128 and the signal that ended it.
  int end(int signal);
  int wait();
  RawResponse call(const std::string& method, const std::string& target, const std::string& body = {},
                   RawHeaders headers = {});
  /// The image, or null.
  OrderedJson show(const std::string& id);
  /// A new image with formats.
  std::string create();
  /// PUT .../file, or another end of the path.
  RawResponse upload(const std::string& id, const std::string& data, const std::string& end = "/file");
  /// A connection that has sent the head of an upload of `announced` bytes, and `data` of it.
  RawConnection begin_upload(const std::string& id, std::size_t announced, const std::string& data,
                             const std::string& end = "/file");
  /// Asks until the image has that status, for some seconds. Returns the last one seen.
  std::string wait_for_status(const std::string& id, const std::string& status);

 private:
  pid_t pid_ = -1;
  int port_ = 0;
};

}  // namespace snapsim::testing
