#include "fake_glance/http/token_table.hpp"

#include <algorithm>
#include <fstream>
#include <stdexcept>
#include <utility>

#include <nlohmann/json.hpp>

namespace snapsim {
namespace {

Identity identity_of(const std::string& project, std::vector<std::string> roles) {
  return {project + "-user", project, project, project, std::move(roles)};
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    if (comma > 0) parts.emplace_back(text.substr(0, comma));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return parts;
}

}  // namespace

TokenTable TokenTable::built_in() {
  TokenTable table;
  table.add("demo", identity_of("demo", {"member", "reader"}));
  table.add("alt", identity_of("alt", {"member", "reader"}));
  table.add("admin", identity_of("admin", {"admin", "member", "reader"}));
  return table;
}

void TokenTable::add(std::string token, Identity identity) {
  identities_[std::move(token)] = std::move(identity);
}

void TokenTable::add(std::string_view specification) {
  const std::size_t equals = specification.find('=');
  const std::size_t colon = specification.rfind(':');
  const bool is_good = equals != std::string_view::npos && equals > 0 && colon != std::string_view::npos &&
                       colon > equals + 1 && colon + 1 < specification.size();
  if (!is_good) {
    throw std::invalid_argument("'" + std::string(specification) +
                                "' is not TOKEN=PROJECT:ROLE; an example is secret=demo:member");
  }
  add(std::string(specification.substr(0, equals)),
      identity_of(std::string(specification.substr(equals + 1, colon - equals - 1)),
                  split(specification.substr(colon + 1))));
}

void TokenTable::read(const std::filesystem::path& file) {
  std::ifstream in(file);
  if (!in) throw std::runtime_error("cannot read the tokens in " + file.string());
  try {
    const nlohmann::json document = nlohmann::json::parse(in);
    if (!document.is_object()) throw std::runtime_error(file.string() + ": expected an object with a member per token");
    for (const auto& [token, one] : document.items()) {
      Identity identity;
      identity.project_id = one.at("project_id").get<std::string>();
      identity.roles = one.at("roles").get<std::vector<std::string>>();
      identity.project_name = one.value("project_name", identity.project_id);
      identity.user_name = one.value("user_name", identity.project_name);
      identity.user_id = one.value("user_id", identity.user_name);
      add(token, std::move(identity));
    }
  } catch (const nlohmann::json::exception& error) {
    throw std::runtime_error(file.string() + ": " + error.what());
  }
}

std::optional<Identity> TokenTable::validate(std::string_view token) {
  const auto found = identities_.find(token);
  return found == identities_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace snapsim
