#include "sim/serve/remote_keystone.hpp"

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <httplib.h>
#include <stdexcept>

#include <fmt/format.h>

#include "sim/serve/http_answer.hpp"

namespace snapsim {
namespace {

using WallClock = std::chrono::system_clock;

/// "2026-11-28T09:00:00.000000Z"; the epoch where it is no time.
WallClock::time_point time_from(const std::string& text) {
  std::tm parts{};
  if (std::sscanf(text.c_str(), "%d-%d-%dT%d:%d:%d", &parts.tm_year, &parts.tm_mon, &parts.tm_mday, &parts.tm_hour,
                  &parts.tm_min, &parts.tm_sec) != 6) {
    return {};
  }
  parts.tm_year -= 1900;
  parts.tm_mon -= 1;
  return WallClock::from_time_t(timegm(&parts));
}

Identity identity_from(const Json& token) {
  Identity identity;
  identity.user_id = token.at("user").at("id").get<std::string>();
  identity.user_name = token.at("user").at("name").get<std::string>();
  if (token.contains("project")) {
    identity.project_id = token.at("project").at("id").get<std::string>();
    identity.project_name = token.at("project").at("name").get<std::string>();
  }
  for (const Json& role : token.value("roles", Json::array())) {
    identity.roles.push_back(role.at("name").get<std::string>());
  }
  return identity;
}

}  // namespace

RemoteKeystone::RemoteKeystone(const std::string& url) {
  const std::size_t scheme_end = url.find("://");
  const std::size_t path_begin = url.find('/', scheme_end == std::string::npos ? 0 : scheme_end + 3);
  host_ = url.substr(0, path_begin);
  path_ = path_begin == std::string::npos ? "" : url.substr(path_begin);
  while (path_.ends_with('/')) path_.pop_back();
}

std::optional<RemoteKeystone::Known> RemoteKeystone::ask(const std::string& token) {
  httplib::Client client(host_);
  client.set_connection_timeout(5);
  client.set_read_timeout(30);
  const httplib::Headers headers{{"X-Auth-Token", token}, {"X-Subject-Token", token}};
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (has_given_up_) throw std::runtime_error(fmt::format("{}{} is not asked any more", host_, path_));
    asking_.insert(&client);
  }
  const httplib::Result answer = client.Get(path_ + "/auth/tokens?nocatalog", headers);
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    asking_.erase(&client);
  }
  if (!answer) {
    throw std::runtime_error(fmt::format("cannot reach {}{}: {}", host_, path_, httplib::to_string(answer.error())));
  }
  if (answer->status == 401 || answer->status == 404) return std::nullopt;
  if (answer->status != 200) throw std::runtime_error(fmt::format("{}{} answered {}", host_, path_, answer->status));
  try {
    const Json json = Json::parse(answer->body).at("token");
    const WallClock::time_point end = time_from(json.at("expires_at").get<std::string>());
    return Known{identity_from(json), std::min(end, WallClock::now() + token_cache_time)};
  } catch (const Json::exception& error) {
    throw std::runtime_error(fmt::format("{}{} gave no token that can be read: {}", host_, path_, error.what()));
  }
}

void RemoteKeystone::give_up() {
  const std::lock_guard<std::mutex> lock(mutex_);
  has_given_up_ = true;
  for (httplib::Client* const client : asking_) client->stop();
}

std::optional<Identity> RemoteKeystone::validate(std::string_view token) {
  if (token.empty()) return std::nullopt;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = known_.find(token);
    if (found != known_.end() && WallClock::now() < found->second.until) return found->second.identity;
  }
  const std::optional<Known> known = ask(std::string(token));
  const std::lock_guard<std::mutex> lock(mutex_);
  std::erase_if(known_, [](const auto& entry) { return entry.second.until <= WallClock::now(); });
  if (!known) return std::nullopt;
  known_.insert_or_assign(std::string(token), *known);
  return known->identity;
}

}  // namespace snapsim
