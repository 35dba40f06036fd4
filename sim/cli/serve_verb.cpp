#include <csignal>
#include <filesystem>
#include <iostream>
#include <thread>

#include <nlohmann/json.hpp>

#include "real/child_process.hpp"
#include "sim/cli/output.hpp"
#include "sim/cli/result_folder.hpp"
#include "sim/cli/verbs.hpp"
#include "sim/report/trace_json.hpp"
#include "sim/scenario/read_text_file.hpp"
#include "sim/scenario/writer.hpp"
#include "sim/serve/stack.hpp"

namespace snapsim {
namespace {

volatile std::sig_atomic_t termination_requested = 0;

/// SIGTERM is how a service manager ends what it has started: that is no interruption.
void on_termination(int) {
  termination_requested = 1;
}

Exit bad_serve_input(const std::string& message) {
  std::cerr << "snapsim serve: " << message << '\n';
  return Exit::bad_input;
}

/// The list of faults in the file. Throws FaultError.
Json faults_of_file(const std::string& path) {
  const auto text = read_text_file(path);
  if (!text) throw FaultError(to_string(text.error()));
  Json faults = Json::parse(*text, nullptr, false, true);
  if (faults.is_discarded()) throw FaultError(path + ": this is no JSON");
  return faults.is_object() && faults.contains("faults") ? faults.at("faults") : faults;
}

std::string url_of(const std::string& bind, int port) {
  const bool is_ipv6 = bind.find(':') != std::string::npos;
  return "http://" + (is_ipv6 ? "[" + bind + "]" : bind) + ":" + std::to_string(port);
}

void wait_for_end(const Stack& stack, const ServeOptions& options) {
  while (!interrupt_requested() && termination_requested == 0) {
    if (options.idle_exit && stack.idle() >= *options.idle_exit) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

/// What was served, as a scenario and its trace.
void keep_session(Stack& stack, const std::filesystem::path& folder) {
  const OutFolder made(folder);
  stack.cloud().look([&folder](const Cloud::Inside& inside) {
    write_output_file(folder / "session.json",
                      [&inside](std::ostream& out) { out << write_scenario(session_scenario(inside)); });
    write_output_file(folder / "trace.jsonl", [&inside](std::ostream& out) {
      const RunResult result = result_so_far(inside);
      write_trace_json({inside.scenario, result, inside.world.recorder().trace()}, out);
    });
  });
  write_output_file(folder / "http-faults.json",
                    [&stack](std::ostream& out) { out << stack.control().http_faults_of_session().dump(2) << '\n'; });
  std::cerr << "snapsim: the session is in " << (folder / "session.json").string() << '\n';
}

}  // namespace

Exit serve_verb(const Options& options) {
  const ServeOptions& serve = options.serve;
  StackOptions wanted;
  wanted.bind = serve.bind;
  wanted.port = serve.port;
  wanted.cloud.speed = serve.speed;
  wanted.cloud.policy = options.policy.value_or(Policy::nova);
  wanted.keystone_url = serve.keystone;
  wanted.import_filter = serve.import_filter;
  if (!serve.keystone.empty()) {
    const bool is_url = serve.keystone.starts_with("http://") || serve.keystone.starts_with("https://");
    const bool has_version = serve.keystone.ends_with("/v3") || serve.keystone.ends_with("/v3/");
    if (!is_url || !has_version) {
      return bad_serve_input("--keystone wants a URL that ends in /v3, as http://127.0.0.1:5000/v3");
    }
    if (!serve.users.empty()) return bad_serve_input("--users and --keystone exclude each other");
  }
  std::unique_ptr<Stack> stack;
  try {
    if (!serve.users.empty()) wanted.users = read_users(serve.users);
    stack = std::make_unique<Stack>(wanted);
    if (!serve.faults.empty()) stack->control().plan(faults_of_file(serve.faults));
  } catch (const UsersFileError& error) {
    return bad_serve_input(error.what());
  } catch (const FaultError& error) {
    return bad_serve_input(serve.faults + ": " + error.what());
  }
  raise_descriptor_limit();
  const int port = stack->start();
  std::signal(SIGTERM, on_termination);
  std::cerr << "snapsim: this guards nothing: who reaches the port can do everything\n";
  std::cout << "snapsim: ready on " << url_of(serve.bind, port) << std::endl;
  if (!std::cout) throw OutsideError(OutsideError::Kind::failed, "cannot write to standard output");
  wait_for_end(*stack, serve);
  const bool was_interrupted = interrupt_requested();
  // Nobody will ask for the bytes of the images that qemu-img is making.
  request_interrupt();
  stack->stop();
  if (!serve.data.empty()) keep_session(*stack, serve.data);
  return was_interrupted ? Exit::interrupted : Exit::held;
}

}  // namespace snapsim
