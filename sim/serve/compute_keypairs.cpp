#include <algorithm>
#include <cctype>
#include <httplib.h>

#include <fmt/format.h>

#include "real/ssh_keys.hpp"
#include "sim/serve/compute_fields.hpp"
#include "sim/serve/compute_front.hpp"

// nova/api/openstack/compute/keypairs.py

namespace snapsim {
namespace {

/// [quota]key_pairs.
constexpr std::size_t keypairs_max = 100;

/// Some characters more since 2.92.
std::string keypair_name(const RequestFields& fields, Microversion version) {
  std::string name = fields.name("name");
  const std::string_view others = version.has(92) ? "@._- " : "_- ";
  const auto is_safe = [others](char c) {
    return others.find(c) != std::string_view::npos || std::isalnum(static_cast<unsigned char>(c)) != 0;
  };
  if (std::all_of(name.begin(), name.end(), is_safe)) return name;
  throw NovaRefusal(400,
                    fmt::format("An invalid 'name' value was provided. The name must be: Only expected characters: "
                                "[{}0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ]",
                                others));
}

Json keypair_view(const Json& keypair, Microversion version) {
  Json shown = keypair;
  if (!version.has(2)) shown.erase("type");
  return shown;
}

NovaRefusal unknown_keypair(const ComputeCall& call) {
  const std::string name = call.request.matches[1];
  return {404, fmt::format("Keypair {} not found for user {}", name, call.identity.user_id)};
}

}  // namespace

void ComputeFront::list_keypairs(ComputeCall& call) {
  const std::lock_guard<std::mutex> lock(mutex_);
  Json list = Json::array();
  for (const auto& [name, keypair] : keypairs_[call.identity.user_id]) {
    Json shown = keypair_view(keypair, call.version);
    for (const char* const only_shown : {"user_id", "created_at", "deleted", "deleted_at", "id", "updated_at"}) {
      shown.erase(only_shown);
    }
    list.push_back({{"keypair", std::move(shown)}});
  }
  answer_json(call.response, 200, {{"keypairs", std::move(list)}});
}

/// One that the client has, or before 2.92 one that is made for it. DIFFERS: no X.509 certificates are made, and what
/// is said to be one is taken as it is.
void ComputeFront::create_keypair(ComputeCall& call) {
  const Json wanted = call.body_object("keypair");
  const RequestFields fields(wanted, "keypair");
  if (call.version.has(10)) {
    fields.allow_only({"name", "type", "public_key", "user_id"});
  } else if (call.version.has(2)) {
    fields.allow_only({"name", "type", "public_key"});
  } else {
    fields.allow_only({"name", "public_key"});
  }
  const std::string name = keypair_name(fields, call.version);
  const std::string type = fields.choice("type", Json::array({"ssh", "x509"})).value_or("ssh");
  if (call.version.has(92)) fields.required("public_key");
  SshKey key;
  if (fields.has("public_key")) {
    key.public_key = fields.text("public_key", 65'535).value_or("");
  } else if (type == "ssh") {
    key = generated_ssh_key();
  } else {
    throw NovaRefusal(501, "snapsim makes no X.509 certificates");
  }
  const std::optional<std::string> fingerprint = type == "ssh" ? ssh_fingerprint(key.public_key) : "";
  if (!fingerprint) throw NovaRefusal(400, "Keypair data is invalid: failed to generate fingerprint");
  Json keypair{{"name", name},
               {"type", type},
               {"public_key", key.public_key},
               {"fingerprint", *fingerprint},
               {"user_id", call.identity.user_id}};
  Json kept = keypair;
  kept["created_at"] = iso_time(std::chrono::system_clock::now(), true).substr(0, 26);
  kept["deleted"] = false;
  kept["deleted_at"] = nullptr;
  kept["updated_at"] = nullptr;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    Keypairs& own = keypairs_[call.identity.user_id];
    kept["id"] = ++keypairs_made_;
    if (own.contains(name)) throw NovaRefusal(409, fmt::format("Key pair '{}' already exists.", name));
    if (own.size() >= keypairs_max) throw NovaRefusal(403, "Quota exceeded, too many key pairs.");
    own.emplace(name, std::move(kept));
  }
  if (!key.private_key.empty()) keypair["private_key"] = key.private_key;
  answer_json(call.response, call.version.has(2) ? 201 : 200, {{"keypair", keypair_view(keypair, call.version)}});
}

void ComputeFront::show_keypair(ComputeCall& call) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const Keypairs& own = keypairs_[call.identity.user_id];
  const auto found = own.find(call.request.matches[1]);
  if (found == own.end()) throw unknown_keypair(call);
  answer_json(call.response, 200, {{"keypair", keypair_view(found->second, call.version)}});
}

void ComputeFront::delete_keypair(ComputeCall& call) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (keypairs_[call.identity.user_id].erase(call.request.matches[1]) == 0) throw unknown_keypair(call);
  call.response.status = call.version.has(2) ? 204 : 202;
}

}  // namespace snapsim
