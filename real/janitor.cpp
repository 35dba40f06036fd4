#include "real/janitor.hpp"

#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <signal.h>
#include <string>
#include <string_view>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <system_error>
#include <time.h>
#include <unistd.h>

namespace snapsim {
namespace {

namespace fs = std::filesystem;

constexpr int rounds_max = 500;
constexpr timespec pause_between_rounds{0, 10'000'000};

/// Leaves the owner's session, terminal, working folder and descriptors. Returns where `owner` has gone.
int detach_from_owner(int owner) {
  ::setsid();
  ::prctl(PR_SET_NAME, "snapsim-janitor");
  for (const int signal : {SIGINT, SIGHUP, SIGTERM, SIGQUIT, SIGPIPE}) ::signal(signal, SIG_IGN);
  static_cast<void>(!::chdir("/"));
  constexpr int kept = 3;
  if (owner != kept) ::dup2(owner, kept);
  ::syscall(SYS_close_range, kept + 1U, ~0U, 0U);
  const int null = ::open("/dev/null", O_RDWR);
  for (const int standard : {0, 1, 2}) ::dup2(null, standard);
  ::close(null);
  return kept;
}

void wait_for_end(int pipe) {
  char unused = 0;
  while (true) {
    const ssize_t count = ::read(pipe, &unused, 1);
    if (count == 0 || (count < 0 && errno != EINTR)) return;
  }
}

bool same_file(const struct stat& before, const fs::path& folder) {
  struct stat now {};
  return ::lstat(folder.c_str(), &now) == 0 && now.st_dev == before.st_dev && now.st_ino == before.st_ino;
}

bool lies_in(const std::string& path, const std::string& folder) {
  return path == folder || path.starts_with(folder + "/");
}

/// Kills every process whose working folder is `folder` or below it. Returns whether there were any.
bool kill_workers(const fs::path& folder) {
  bool found = false;
  std::error_code error;
  for (fs::directory_iterator entry("/proc", error), end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    pid_t pid = 0;
    const auto [rest, bad] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (bad != std::errc() || rest != name.data() + name.size()) continue;
    std::error_code unreadable;
    const fs::path working_folder = fs::read_symlink(entry->path() / "cwd", unreadable);
    if (unreadable || !lies_in(working_folder.string(), folder.string())) continue;
    found = ::kill(pid, SIGKILL) == 0 || found;
  }
  return found;
}

}  // namespace

void run_janitor(UniqueFd owner, const fs::path& folder) {
  const int pipe = detach_from_owner(owner.release());
  struct stat ours {};
  const bool known = ::lstat(folder.c_str(), &ours) == 0;
  wait_for_end(pipe);
  // A process that is being killed may still make a file: go on until nobody works there and the folder is gone.
  for (int round = 0; known && round < rounds_max && same_file(ours, folder); ++round) {
    const bool busy = kill_workers(folder);
    std::error_code retried;
    if (!busy) fs::remove_all(folder, retried);
    if (same_file(ours, folder)) ::nanosleep(&pause_between_rounds, nullptr);
  }
  ::_exit(0);
}

}  // namespace snapsim
