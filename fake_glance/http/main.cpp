#include <chrono>
#include <csignal>
#include <cstdio>
#include <exception>
#include <malloc.h>
#include <string>
#include <time.h>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "fake_glance/http/fake_glance_server.hpp"
#include "fake_glance/http/import_options.hpp"
#include "sim/spelling/unexpected_argument.hpp"

namespace snapsim {
namespace {

struct CommandLine {
  FakeGlanceOptions server;
  std::string data_folder;
  std::vector<std::string> tokens;
  std::string token_file;
  double idle_exit_seconds = 0;
};

void add_options(CLI::App& app, CommandLine& line) {
  app.add_option("--port", line.server.http.port, "Port to listen on; 0 for any that is free")
      ->check(CLI::Range(0, 65535));
  app.add_option("--bind", line.server.http.bind_address, "Address to listen on")->capture_default_str();
  app.add_option("--data", line.data_folder, "Folder that keeps images and metadata; default: a private one that goes");
  app.add_option("--token", line.tokens, "A token, as TOKEN=PROJECT:ROLE[,ROLE...]; may be repeated");
  app.add_option("--token-file", line.token_file, "A JSON file of tokens")->check(CLI::ExistingFile);
  app.add_option("--keystone-url", line.server.api.keystone_url, "What refused clients are pointed to")
      ->capture_default_str();
  for (const ImportOption& option : import_options()) {
    const auto take = [&line, name = option.name](const std::string& list) {
      try {
        set_import_option(line.server.api.import_filter, name, list);
      } catch (const std::invalid_argument& error) {
        throw CLI::ValidationError(error.what());
      }
    };
    app.add_option_function<std::string>(option.name, take, option.meaning)->type_name("LIST");
  }
  app.add_option("--idle-exit", line.idle_exit_seconds, "Exit after so many seconds without a request")
      ->check(CLI::Range(0.0, 1e9));
}

TokenTable token_table(const CommandLine& line) {
  if (line.tokens.empty() && line.token_file.empty()) return TokenTable::built_in();
  TokenTable table;
  if (!line.token_file.empty()) table.read(line.token_file);
  for (const std::string& one : line.tokens) table.add(std::string_view(one));
  return table;
}

/// Returns at SIGINT or SIGTERM, or when nobody has asked anything for that long.
void wait_for_end(const FakeGlanceServer& server, const sigset_t& signals, double idle_exit_seconds) {
  while (true) {
    const timespec moment{idle_exit_seconds > 0 ? 0 : 3600, idle_exit_seconds > 0 ? 50'000'000 : 0};
    if (::sigtimedwait(&signals, nullptr, &moment) > 0) return;
    const std::chrono::duration<double> idle = server.idle_time();
    if (idle_exit_seconds > 0 && idle.count() >= idle_exit_seconds) return;
  }
}

int run(int argc, char** argv) {
  CLI::App app("A Glance (OpenStack Images v2) that keeps its images in a folder.", "fake_glance");
  CommandLine line;
  add_options(app, line);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ExtrasError& error) {
    fmt::print(stderr, "fake_glance: {}\nTry fake_glance --help.\n",
               unexpected_argument(app.remaining().front(), long_options(app)));
    return error.get_exit_code();
  } catch (const CLI::ParseError& error) {
    return app.exit(error);
  }

  // Before there are threads, which inherit the mask: the signals come to sigtimedwait alone.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is a full disk, as Python takes it
  ::mallopt(M_ARENA_MAX, 4);
  raise_descriptor_limit();

  TokenTable table = token_table(line);
  line.server.tokens = &table;
  if (!line.data_folder.empty()) line.server.data_folder = line.data_folder;
  FakeGlanceServer server(line.server);
  server.start();
  fmt::print("fake_glance: ready on {}\n", server.url());
  std::fflush(stdout);
  wait_for_end(server, signals, line.idle_exit_seconds);
  server.stop();
  return 0;
}

}  // namespace
}  // namespace snapsim

int main(int argc, char** argv) {
  try {
    return snapsim::run(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "fake_glance: {}\n", error.what());
    return 74;
  }
}
