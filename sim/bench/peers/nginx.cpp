#include "sim/bench/peers/nginx.hpp"

#include <arpa/inet.h>
#include <chrono>
#include <fstream>
#include <netinet/in.h>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "real/child_process.hpp"
#include "real/unique_fd.hpp"
#include "sim/bench/plain_client.hpp"

namespace snapsim {
namespace {

/// A port that nobody listens on now; 0 if none could be had.
int free_port() {
  const UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof(address);
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), length) != 0) return 0;
  if (::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &length) != 0) return 0;
  return ntohs(address.sin_port);
}

/// Runs it with this configuration, and more arguments, until it ends.
void run_nginx(const std::filesystem::path& configuration, const std::vector<std::string>& more) {
  Command command;
  // Debian keeps it where only root's PATH leads.
  const bool is_there = ::access("/usr/sbin/nginx", X_OK) == 0;
  command.argv = {is_there ? "/usr/sbin/nginx" : "nginx", "-p", configuration.parent_path().string(), "-c",
                  configuration.string()};
  command.argv.insert(command.argv.end(), more.begin(), more.end());
  run_child(command);
}

bool is_listening(int port) {
  try {
    const PlainClient client(port);
    return true;
  } catch (const std::runtime_error&) {
    return false;
  }
}

}  // namespace

std::unique_ptr<Nginx> Nginx::serve(const std::filesystem::path& folder) {
  const int port = free_port();
  const std::filesystem::path configuration = folder / "nginx.conf";
  const std::string user = ::geteuid() == 0 ? "user root;\n" : "";
  std::string temporary;
  for (const char* kind : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"}) {
    temporary += fmt::format("  {}_temp_path {}/nginx_{};\n", kind, folder.string(), kind);
  }
  std::ofstream(configuration) << fmt::format(
      "{0}daemon off;\nworker_processes 1;\npid {1}/nginx.pid;\nerror_log {1}/nginx.log;\nevents {{}}\n"
      "http {{\n  sendfile on;\n  access_log off;\n{2}  server {{ listen 127.0.0.1:{3}; root {1}; }}\n}}\n",
      user, folder.string(), temporary, port);
  std::unique_ptr<Nginx> nginx(new Nginx(configuration, port));
  while (!nginx->has_ended_ && !is_listening(port)) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  if (nginx->has_ended_) return nullptr;
  return nginx;
}

Nginx::Nginx(std::filesystem::path configuration, int port)
    : configuration_(std::move(configuration)), port_(port), thread_([this] {
        run_nginx(configuration_, {});
        has_ended_ = true;
      }) {}

Nginx::~Nginx() {
  if (!has_ended_) run_nginx(configuration_, {"-s", "stop"});
  thread_.join();
}

}  // namespace snapsim
