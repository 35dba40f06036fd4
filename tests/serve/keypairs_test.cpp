// Key pairs of users, brought along or made.

#include <catch2/catch.hpp>

#include "real/ssh_keys.hpp"
#include "tests/main/program.hpp"
#include "tests/serve/support.hpp"

namespace snapsim::test {
namespace {

const std::string keypairs_path = "/compute/v2.1/os-keypairs";
const std::string own_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f me@here";

Json keypair_body(const std::string& name, const std::string& public_key) {
  return {{"keypair", {{"name", name}, {"public_key", public_key}}}};
}

}  // namespace

TEST_CASE("keypairs are kept by user", "[serve]") {
  const ServedCloud cloud;
  const ApiClient demo = cloud.user();
  const Json key = keypair_body("k", own_key);
  const Answer made = demo.post(keypairs_path, key);
  CHECK(made.status == 200);
  CHECK(made.body.at("keypair").at("fingerprint") == "0f:a2:0a:d7:38:3e:65:45:08:6b:63:84:1c:ff:dc:ba");
  CHECK_FALSE(made.body.at("keypair").contains("private_key"));
  CHECK(demo.at("2.2").post(keypairs_path, key).status == 409);
  const Json shown = demo.at("2.2").get(keypairs_path + "/k").body.at("keypair");
  CHECK(shown.at("public_key") == own_key);
  CHECK(shown.at("type") == "ssh");
  CHECK(shown.at("deleted") == false);
  CHECK_FALSE(demo.get(keypairs_path).body.at("keypairs").at(0).at("keypair").contains("user_id"));
  CHECK(cloud.user("admin", "admin").get(keypairs_path + "/k").status == 404);
  CHECK(demo.at("2.2").del(keypairs_path + "/k").status == 204);
  CHECK(demo.get(keypairs_path).body.at("keypairs").empty());
}

TEST_CASE("a keypair is made for who brings none, before 2.92", "[serve]") {
  const ServedCloud cloud;
  const ApiClient demo = cloud.user();
  const Json wanted{{"keypair", {{"name", "made"}}}};
  const Json made = demo.at("2.2").post(keypairs_path, wanted).body.at("keypair");
  const Desk desk;
  desk.write("key", made.at("private_key").get<std::string>());
  // OpenSSH's own view of it, where it is there: the public key of the private one.
  const Ended ended = desk.bash("chmod 600 key; command -v ssh-keygen >/dev/null || exit 77; ssh-keygen -y -f key");
  const std::string public_key = made.at("public_key").get<std::string>();
  CHECK_THAT(public_key, Catch::StartsWith("ssh-rsa ") && Catch::EndsWith(" Generated-by-Nova"));
  CHECK(ssh_fingerprint(public_key) == made.at("fingerprint").get<std::string>());
  if (ended.status == 77) {
    WARN("skipped in part: there is no ssh-keygen (Debian: openssh-client)");
  } else {
    CHECK(public_key.starts_with(ended.out.substr(0, ended.out.size() - 1)));
  }
  CHECK_FALSE(demo.get(keypairs_path + "/made").body.at("keypair").contains("private_key"));
  CHECK(demo.at("2.92").post(keypairs_path, wanted).status == 400);
}

TEST_CASE("a keypair that is none is refused", "[serve]") {
  const ServedCloud cloud;
  const ApiClient demo = cloud.user();
  const std::string invalid = "Keypair data is invalid: failed to generate fingerprint";
  for (const std::string& key : {std::string(), std::string("ssh-rsa JUNK me@here"), "ssh-rsa" + own_key.substr(11),
                                 own_key.substr(0, 60), "ssh-rsa " + std::string(2048, 'A') + " me@here"}) {
    CAPTURE(key);
    const Answer refused = demo.post(keypairs_path, keypair_body("k", key));
    CHECK(refused.status == 400);
    CHECK(refused.body.at("badRequest").at("message") == invalid);
  }
  CHECK_THAT(demo.post(keypairs_path, keypair_body("k@", own_key)).text,
             Catch::Contains("Only expected characters: [_- 0123456789"));
  CHECK(demo.at("2.92").post(keypairs_path, keypair_body("k@", own_key)).status == 201);
}

}  // namespace snapsim::test
