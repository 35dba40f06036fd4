#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <thread>

namespace snapsim {

/// An nginx of one process that serves the files of a folder by sendfile(2). Its own files are in the folder, too.
class Nginx {
 public:
  /// Starts it, and returns once it answers. Null: it is not installed, or does not start.
  static std::unique_ptr<Nginx> serve(const std::filesystem::path& folder);

  Nginx(const Nginx&) = delete;
  Nginx& operator=(const Nginx&) = delete;
  /// Ends it.
  ~Nginx();

  int port() const { return port_; }

 private:
  Nginx(std::filesystem::path configuration, int port);

  std::filesystem::path configuration_;
  int port_;
  std::atomic<bool> has_ended_ = false;
  std::thread thread_;  ///< waits for it
};

}  // namespace snapsim
