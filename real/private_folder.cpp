#include "real/private_folder.hpp"

#include <cerrno>
#include <fcntl.h>
#include <string>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

#include "real/file_io.hpp"
#include "real/janitor.hpp"

namespace snapsim {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view name_prefix = ".snapsim-";

boost::system::result<UniqueFd> open_folder(const fs::path& path) {
  return open_file(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
}

bool is_still_there(int folder) {
  struct stat status {};
  return ::fstat(folder, &status) == 0 && status.st_nlink > 0;
}

bool is_ours(int folder) {
  struct stat status {};
  return ::fstat(folder, &status) == 0 && status.st_uid == ::geteuid();
}

}  // namespace

boost::system::result<PrivateFolder> PrivateFolder::make(const fs::path& parent) {
  std::error_code error;
  fs::create_directories(parent, error);
  if (error) return boost::system::error_code(error);
  remove_stale_folders(parent);
  const fs::path pattern = fs::canonical(parent, error) / (std::string(name_prefix) + "XXXXXX");
  if (error) return boost::system::error_code(error);
  while (true) {
    std::string path = pattern.string();
    if (::mkdtemp(path.data()) == nullptr) return last_system_error();
    // Until we have the lock, somebody else can take the new folder for a stale one.
    auto lock = open_folder(path);
    if (!lock && lock.error() == boost::system::errc::no_such_file_or_directory) continue;
    if (!lock) return lock.error();
    while (::flock(lock->get(), LOCK_EX) != 0 && errno == EINTR) continue;
    if (!is_still_there(lock->get())) continue;
    PrivateFolder folder(std::move(path), std::move(*lock));
    if (const auto failed = folder.start_janitor()) return failed;
    return folder;
  }
}

boost::system::error_code PrivateFolder::start_janitor() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return last_system_error();
  UniqueFd owner(ends[0]);
  alive_.reset(ends[1]);
  janitor_ = ::fork();
  if (janitor_ < 0) return last_system_error();
  if (janitor_ == 0) run_janitor(std::move(owner), path_);
  return {};
}

PrivateFolder::PrivateFolder(PrivateFolder&& other) noexcept
    : path_(std::exchange(other.path_, fs::path())),
      lock_(std::move(other.lock_)),
      alive_(std::move(other.alive_)),
      janitor_(std::exchange(other.janitor_, -1)) {}

PrivateFolder::~PrivateFolder() {
  if (path_.empty()) return;
  std::error_code ignored;
  fs::remove_all(path_, ignored);
  alive_.reset();  // The janitor retries what we could not remove.
  while (janitor_ > 0 && ::waitpid(janitor_, nullptr, 0) < 0 && errno == EINTR) continue;
}

std::size_t remove_stale_folders(const fs::path& parent) {
  std::size_t removed = 0;
  std::error_code error;
  for (fs::directory_iterator entry(parent, error), end; !error && entry != end; entry.increment(error)) {
    if (!entry->path().filename().string().starts_with(name_prefix)) continue;
    const auto folder = open_folder(entry->path());
    if (!folder || !is_ours(folder->get())) continue;
    if (::flock(folder->get(), LOCK_EX | LOCK_NB) != 0) continue;
    std::error_code failed;
    fs::remove_all(entry->path(), failed);
    if (!failed) ++removed;
  }
  return removed;
}

}  // namespace snapsim
