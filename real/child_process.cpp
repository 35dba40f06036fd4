#include "real/child_process.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdexcept>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <utility>

// Boost.Process v1 needs a file system library; the standard one spares us linking Boost.Filesystem.
#define BOOST_PROCESS_USE_STD_FS 1
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/process/args.hpp>
#include <boost/process/async_pipe.hpp>
#include <boost/process/child.hpp>
#include <boost/process/env.hpp>
#include <boost/process/environment.hpp>
#include <boost/process/exe.hpp>
#include <boost/process/extend.hpp>
#include <boost/process/io.hpp>
#include <boost/process/search_path.hpp>
#include <boost/process/start_dir.hpp>

#include "real/unique_fd.hpp"

namespace snapsim {
namespace {

namespace asio = boost::asio;
namespace process = boost::process;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds grace_after_sigterm{300};
constexpr std::chrono::seconds grace_for_open_pipes{2};
constexpr std::chrono::milliseconds exit_poll_interval{2};

std::atomic<bool> interrupted{false};
std::atomic<int> interrupt_fd{-1};
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<int>::is_always_lock_free);

/// An eventfd that becomes readable with the interrupt and stays so: it wakes every thread that waits for a child.
int interrupt_descriptor() {
  static const int fd = [] {
    const int made = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    interrupt_fd.store(made);
    return made;
  }();
  return fd;
}

/// What begins at `limit` or lengthens a file beyond it kills the process: a seccomp filter over the system calls by
/// which a file grows. RLIMIT_FSIZE cuts off what begins before and goes on beyond. SIGXFSZ would not do, because
/// qemu-img's working threads block all signals.
class LongWriteFilter {
 public:
  explicit LongWriteFilter(std::uint64_t limit) {
    const auto high = static_cast<std::uint32_t>(limit >> 32);
    const auto low = static_cast<std::uint32_t>(limit);
    for (const auto& [call, argument, may_reach_limit] : calls) {
      const auto offset = static_cast<std::uint32_t>(offsetof(seccomp_data, args) + argument * sizeof(std::uint64_t));
      const std::uint16_t exceeds = may_reach_limit ? BPF_JGT : BPF_JGE;
      add(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)));
      add(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(call), 0, 7));
      add(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset + 4));
      add(BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, high, 3, 0));
      add(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, high, 0, 3));
      add(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset));
      add(BPF_JUMP(static_cast<std::uint16_t>(BPF_JMP | exceeds | BPF_K), low, 0, 1));
      add(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS));
      add(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
    }
    add(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  }

  /// Makes a system call only. Where the kernel has no such filters nothing happens.
  void install() const {
    const sock_fprog program{static_cast<unsigned short>(size_), const_cast<sock_filter*>(steps_.data())};
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
  }

 private:
  struct Call {
    long number;
    std::size_t argument;  ///< the offset at which it writes, or the new length
    bool may_reach_limit;  ///< of a new length
  };
  static constexpr std::array<Call, 5> calls{Call{SYS_pwrite64, 3, false}, Call{SYS_pwritev, 3, false},
                                             Call{SYS_pwritev2, 3, false}, Call{SYS_fallocate, 2, false},
                                             Call{SYS_ftruncate, 1, true}};

  void add(const sock_filter& step) { steps_[size_++] = step; }

  std::array<sock_filter, calls.size() * 9 + 1> steps_{};
  std::size_t size_ = 0;
};

/// Runs in the child between fork and exec, so it makes system calls only.
void prepare_child(pid_t parent, const std::optional<std::uint64_t>& file_bytes_max,
                   const std::optional<LongWriteFilter>& filter) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(127);  // The parent died before it could be watched.
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  if (file_bytes_max) {
    const rlimit limit{*file_bytes_max, *file_bytes_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    ::signal(SIGXFSZ, SIG_IGN);
  }
  if (filter) {
    const rlimit no_core{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
    filter->install();
  }
  // Marked rather than closed: Boost.Process still needs its pipe to tell the parent that exec failed.
  ::syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC);
}

std::string debian_package_of(const std::string& tool) {
  const std::string name = std::filesystem::path(tool).filename().string();
  if (name == "qemu-img" || name == "qemu-io") return "qemu-utils";
  return {};
}

ChildError missing_tool(const std::string& tool) {
  std::string message = tool + " is not installed";
  const std::string package = debian_package_of(tool);
  if (!package.empty()) message += "; the Debian package " + package + " has it";
  return {ChildError::Kind::missing_tool, message + "."};
}

std::filesystem::path find_program(const std::string& tool) {
  if (tool.find('/') == std::string::npos) return process::search_path(tool);
  return ::access(tool.c_str(), X_OK) == 0 ? std::filesystem::path(tool) : std::filesystem::path();
}

/// Boost.Process starts the child and owns its pipes; Asio waits for all of it at once. The end of the child is seen by
/// a pidfd and not by Boost.Process' on_exit, which takes SIGCHLD away from the whole program. Start-up costs about 0.1
/// ms more than bare fork and exec.
class ChildRun {
 public:
  explicit ChildRun(const Command& command) : command_(command) {}
  ChildRun(const ChildRun&) = delete;
  ChildRun& operator=(const ChildRun&) = delete;
  ~ChildRun() {
    if (pid_ > 0) end_child();  // Something threw.
  }

  boost::system::result<Completed, ChildError> run() {
    const auto begun = Clock::now();
    const int interrupt = interrupt_descriptor();
    if (interrupted) return ChildError{ChildError::Kind::interrupted, command_.argv.front() + " was not started."};
    const std::filesystem::path program = find_program(command_.argv.front());
    if (program.empty()) return missing_tool(command_.argv.front());
    if (const std::error_code error = start(program)) {
      return ChildError{ChildError::Kind::cannot_start, command_.argv.front() + ": " + error.message()};
    }
    read_from(out_, out_chunk_, completed_.out);
    read_from(err_, err_chunk_, completed_.err);
    watch_exit();
    timer_.expires_after(command_.timeout);
    timer_.async_wait([this](const auto& error) {
      if (!error) stop(ChildError::Kind::timed_out);
    });
    interrupt_.assign(::fcntl(interrupt, F_DUPFD_CLOEXEC, 0));
    interrupt_.async_wait(asio::posix::stream_descriptor::wait_read, [this](const auto& error) {
      if (!error) stop(ChildError::Kind::interrupted);
    });
    io_.run();
    completed_.wall_time = Clock::now() - begun;
    if (stopped_) return stop_error();
    return std::move(completed_);
  }

 private:
  using Chunk = std::array<char, 16384>;

  std::error_code start(const std::filesystem::path& program) {
    process::environment environment(boost::this_process::environment());
    environment["LC_ALL"] = "C";
    const std::vector<std::string> arguments(command_.argv.begin() + 1, command_.argv.end());
    const std::string folder = command_.working_folder.empty() ? "." : command_.working_folder.string();
    // Boost.Process does not notice that the child cannot change to its folder, and would run it in ours.
    if (::access((folder + "/.").c_str(), X_OK) != 0) return {errno, std::system_category()};
    std::optional<LongWriteFilter> filter;
    if (command_.file_bytes_max && command_.dies_of_long_write) filter.emplace(*command_.file_bytes_max);
    const auto prepare = [parent = ::getpid(), &filter, this](auto&) {
      prepare_child(parent, command_.file_bytes_max, filter);
    };
    std::error_code error;
    process::child child(process::exe = program.string(), process::args = arguments, environment,
                         process::start_dir = folder, process::std_in<process::null, process::std_out> out_,
                         process::std_err > err_, process::extend::on_exec_setup = prepare, error);
    pid_ = error ? -1 : child.id();
    child.detach();
    return error;
  }

  void read_from(process::async_pipe& pipe, Chunk& chunk, std::string& text) {
    pipe.async_read_some(asio::buffer(chunk), [&, this](const auto& error, std::size_t count) {
      if (error) {
        --open_pipes_;
        return finish_when_all_ended();
      }
      text.append(chunk.data(), std::min(count, command_.output_bytes_max - text.size()));
      read_from(pipe, chunk, text);
    });
  }

  void watch_exit() {
    const auto fd = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
    if (fd < 0) return poll_exit();  // Some sandboxes do not know pidfd_open.
    exit_.assign(fd);
    exit_.async_wait(asio::posix::stream_descriptor::wait_read, [this](const auto&) { reap(); });
  }

  void poll_exit() {
    siginfo_t ended{};
    if (::waitid(P_PID, static_cast<id_t>(pid_), &ended, WEXITED | WNOHANG | WNOWAIT) != 0 || ended.si_pid != 0) {
      return reap();
    }
    exit_poll_.expires_after(exit_poll_interval);
    exit_poll_.async_wait([this](const auto&) { poll_exit(); });
  }

  void reap() {
    const int status = end_child();
    completed_.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
    completed_.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    interrupt_.cancel();
    // The pipes end with the group, unless a process that left the group holds them.
    timer_.expires_after(grace_for_open_pipes);
    timer_.async_wait([this](const auto& error) {
      if (error) return;
      out_.cancel();
      err_.cancel();
    });
    finish_when_all_ended();
  }

  /// Kills what is left of the group and takes the child's status. Only then does the id of the group become free.
  int end_child() {
    ::kill(-pid_, SIGKILL);
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) continue;
    pid_ = -1;
    return status;
  }

  void finish_when_all_ended() {
    if (pid_ < 0 && open_pipes_ == 0) timer_.cancel();
  }

  void stop(ChildError::Kind why) {
    if (pid_ < 0 || stopped_) return;
    stopped_ = why;
    ::kill(-pid_, SIGTERM);
    timer_.expires_after(grace_after_sigterm);
    timer_.async_wait([this](const auto& error) {
      if (!error && pid_ >= 0) ::kill(-pid_, SIGKILL);
    });
  }

  ChildError stop_error() const {
    if (*stopped_ == ChildError::Kind::interrupted) return {*stopped_, command_.argv.front() + " was interrupted."};
    return {*stopped_, command_.argv.front() + " did not end within " + std::to_string(command_.timeout.count()) +
                           " ms and was killed."};
  }

  const Command& command_;
  Completed completed_;
  std::optional<ChildError::Kind> stopped_;
  pid_t pid_ = -1;
  asio::io_context io_{1};
  process::async_pipe out_{io_};
  process::async_pipe err_{io_};
  asio::posix::stream_descriptor exit_{io_};
  asio::posix::stream_descriptor interrupt_{io_};
  asio::steady_timer timer_{io_};
  asio::steady_timer exit_poll_{io_};
  int open_pipes_ = 2;
  Chunk out_chunk_;
  Chunk err_chunk_;
};

/// One argument as a shell wants it.
std::string quoted(const std::string& argument) {
  const bool plain = !argument.empty() && argument.find_first_not_of(
                                              "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                              "0123456789_@%+=:,./-") == std::string::npos;
  if (plain) return argument;
  std::string text = "'";
  for (const char c : argument) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

}  // namespace

Command stopped_at_start(Command command) {
  // A shell that stops itself and would then become the command: a signal from us could come too late.
  const std::vector<std::string> shell{"sh", "-c", R"(kill -STOP "$$"; exec "$0" "$@")"};
  command.argv.insert(command.argv.begin(), shell.begin(), shell.end());
  return command;
}

std::string command_line(const Command& command) {
  std::string line;
  for (const std::string& argument : command.argv) line += (line.empty() ? "" : " ") + quoted(argument);
  return line;
}

boost::system::result<Completed, ChildError> run_child(const Command& command) try {
  return ChildRun(command).run();
} catch (const std::runtime_error& error) {  // No descriptor is left for a pipe or the event loop.
  return ChildError{ChildError::Kind::cannot_start, command.argv.front() + ": " + error.what()};
}

void request_interrupt() noexcept {
  const int saved_errno = errno;
  interrupted = true;
  const std::uint64_t one = 1;
  const int fd = interrupt_fd;
  if (fd >= 0) static_cast<void>(!::write(fd, &one, sizeof one));
  errno = saved_errno;
}

bool interrupt_requested() noexcept {
  return interrupted;
}

void clear_interrupt() noexcept {
  interrupted = false;
  std::uint64_t count = 0;
  const int fd = interrupt_fd;
  if (fd >= 0) static_cast<void>(!::read(fd, &count, sizeof count));
}

}  // namespace snapsim
