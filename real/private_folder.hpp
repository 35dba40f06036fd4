#pragma once

#include <cstddef>
#include <filesystem>
#include <sys/types.h>

#include <boost/system/result.hpp>

#include "real/unique_fd.hpp"

namespace snapsim {

/// A folder `PARENT/.snapsim-XXXXXX` that only we can read, for the files of one run. It is gone when this object is,
/// and also when the program is killed by SIGKILL: a small process of its own (the janitor) watches over the program,
/// and at its end kills every process whose working folder lies in the folder, and removes the folder. A power cut
/// takes the janitor along; what that leaves is removed by the next make() with the same parent, which tells by a lock
/// on the folder that its owner is dead.
class PrivateFolder {
 public:
  /// Makes the folder, and `parent` where it is missing; first removes stale ones. Forks, so it is best called before
  /// there are threads, but need not be.
  static boost::system::result<PrivateFolder> make(const std::filesystem::path& parent);

  PrivateFolder(PrivateFolder&& other) noexcept;
  PrivateFolder& operator=(PrivateFolder&&) = delete;
  /// Removes the folder with all that is in it and ends the janitor.
  ~PrivateFolder();

  /// Absolute.
  const std::filesystem::path& path() const { return path_; }

 private:
  PrivateFolder(std::filesystem::path path, UniqueFd lock) : path_(std::move(path)), lock_(std::move(lock)) {}
  boost::system::error_code start_janitor();

  std::filesystem::path path_;
  UniqueFd lock_;   ///< the folder itself, locked by flock(2) while its owner lives
  UniqueFd alive_;  ///< the write end of the janitor's pipe
  pid_t janitor_ = -1;
};

/// Removes the private folders in `parent` that belong to this user and whose owner is dead. Returns how many.
std::size_t remove_stale_folders(const std::filesystem::path& parent);

}  // namespace snapsim
