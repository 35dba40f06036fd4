#include "tests/fake_glance/glance_process.hpp"

#include <csignal>
#include <cstdio>
#include <memory>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>

namespace snapsim::testing {

GlanceProcess::GlanceProcess(const std::string& arguments, const std::string& before) {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const std::string line = before + "exec " + SNAPSIM_FAKE_GLANCE + " " + arguments;
  pid_ = ::fork();
  if (pid_ == 0) {
    ::dup2(ends[1], 1);
    ::close(ends[0]);
    ::close(ends[1]);
    ::execl("/bin/sh", "sh", "-c", line.c_str(), nullptr);
    ::_exit(127);
  }
  ::close(ends[1]);
  std::unique_ptr<FILE, int (*)(FILE*)> output(::fdopen(ends[0], "r"), std::fclose);
  char text[256] = "";
  REQUIRE(std::fgets(text, sizeof(text), output.get()) != nullptr);
  const std::string ready = text;
  INFO(ready);
  REQUIRE(ready.starts_with("fake_glance: ready on http://127.0.0.1:"));
  port_ = std::stoi(ready.substr(ready.rfind(':') + 1));
}

GlanceProcess::~GlanceProcess() {
  if (pid_ > 0) end(SIGKILL);
}

int GlanceProcess::end(int signal) {
  ::kill(pid_, signal);
  return wait();
}

int GlanceProcess::wait() {
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

RawResponse GlanceProcess::call(const std::string& method, const std::string& target, const std::string& body,
                                RawHeaders headers) {
  headers.emplace_back("X-Auth-Token", "demo");
  return raw_exchange(port_, method, target, headers, body);
}

OrderedJson GlanceProcess::show(const std::string& id) {
  const RawResponse shown = call("GET", "/v2/images/" + id);
  return shown.status == 200 ? OrderedJson::parse(shown.body) : OrderedJson(nullptr);
}

std::string GlanceProcess::create() {
  const RawResponse made = call("POST", "/v2/images", R"({"disk_format": "raw", "container_format": "bare"})");
  REQUIRE(made.status == 201);
  return OrderedJson::parse(made.body).at("id");
}

RawResponse GlanceProcess::upload(const std::string& id, const std::string& data, const std::string& end) {
  return call("PUT", "/v2/images/" + id + end, data, {{"Content-Type", "application/octet-stream"}});
}

RawConnection GlanceProcess::begin_upload(const std::string& id, std::size_t announced, const std::string& data,
                                          const std::string& end) {
  RawConnection connection(port_);
  connection.send(request_text("PUT", "/v2/images/" + id + end,
                               {{"X-Auth-Token", "demo"},
                                {"Content-Type", "application/octet-stream"},
                                {"Content-Length", std::to_string(announced)}},
                               data));
  return connection;
}

std::string GlanceProcess::wait_for_status(const std::string& id, const std::string& status) {
  std::string seen;
  for (int i = 0; i < 500 && seen != status; ++i) {
    if (i > 0) ::usleep(10'000);
    const OrderedJson image = show(id);
    seen = image.is_null() ? "" : image.at("status").get<std::string>();
  }
  return seen;
}

}  // namespace snapsim::testing
