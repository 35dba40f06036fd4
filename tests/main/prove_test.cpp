// The verb prove as its users meet it: what it prints and leaves, its statuses, and that the number of threads does not
// matter.

#include <algorithm>
#include <csignal>
#include <thread>

#include <nlohmann/json.hpp>

#include "tests/main/program.hpp"

namespace snapsim::test {
namespace {

using Json = nlohmann::json;

/// The last line of a text.
std::string last_line(const std::string& text) {
  const std::size_t end = text.find_last_not_of('\n');
  const std::size_t begin = text.rfind('\n', end);
  return text.substr(begin + 1, end - begin);
}

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

}  // namespace

TEST_CASE("prove leaves a scenario for each violation, which fails when it is run", "[main][search]") {
  const Desk desk;
  desk.write("a.json", small_scenario());
  const Ended proof = desk.bash("snapsim prove a.json --faults 1");
  CHECK(proof.status == 1);
  CHECK(proof.err.empty());
  CHECK(proof.out.find("with 1 fault: ") != std::string::npos);
  CHECK(proof.out.find("Not covered: ") != std::string::npos);
  const std::string command = last_line(proof.out);
  CHECK(first_line(proof.out) == command);
  CHECK(command.starts_with("./snapsim run 'snapsim-out/findings/a/1-"));
  const auto findings = desk.names_in("snapsim-out/findings/a");
  CHECK(findings.size() >= 5);
  for (const std::string& finding : findings) {
    CAPTURE(finding);
    const Ended run = desk.bash("snapsim run snapsim-out/findings/a/" + finding + " --disks model --json");
    CHECK(run.status == 1);
    CHECK(Json::parse(run.out)["verdict"] == "violated");
  }
}

TEST_CASE("prove under policy hardened finds nothing with one fault, and the certificate holds",
          "[main][search][exhaustive]") {
  const Desk desk;
  desk.write("a.json", small_scenario());
  const Ended proof = desk.bash("snapsim prove a.json --faults 1 --policy hardened --json");
  CHECK(proof.status == 0);
  const Json json = Json::parse(proof.out);
  CHECK(json["verdict"] == "consistent");
  CHECK(json["runs"].empty());
  CHECK(json["proofs"][0]["plans"] > json["proofs"][0]["runs"]);
  CHECK(desk.names_in("snapsim-out") == std::vector<std::string>{"certificate.json"});
  const Ended check = desk.bash("snapsim prove --check snapsim-out/certificate.json");
  CHECK(check.status == 0);
  CHECK(check.out == "the certificate holds\n");
}

TEST_CASE("a certificate that says something else is told apart", "[main][search][exhaustive]") {
  const Desk desk;
  desk.write("a.json", small_scenario());
  REQUIRE(desk.bash("snapsim prove a.json --faults 1").status == 1);
  const Json certificate = Json::parse(desk.read("snapsim-out/certificate.json"));
  const auto status_of = [&](const Json& changed) {
    desk.write("changed.json", changed.dump());
    const Ended check = desk.bash("snapsim prove --check changed.json --samples 300");
    CHECK((check.status != 1 || last_line(check.out) == "the certificate does not hold"));
    return check.status;
  };
  CHECK(status_of(certificate) == 0);
  Json changed = certificate;
  changed["proofs"][0]["counts"].back()["plans"] = 7;
  CHECK(status_of(changed) == 1);
  changed = certificate;
  changed["proofs"][0]["counts"].back()["digest"] = "0000000000000000";
  CHECK(status_of(changed) == 1);
  changed = certificate;
  changed["proofs"][0]["outcomes"].erase(0);
  CHECK(status_of(changed) == 1);
  changed = certificate;
  changed["proofs"][0]["findings"].erase(0);
  CHECK(status_of(changed) == 1);
  changed = certificate;
  changed["proofs"][0]["findings"][0]["plan"] = Json::array();
  CHECK(status_of(changed) == 1);
  changed = certificate;
  changed["proofs"][0]["scenario_hash"] = "0";
  CHECK(status_of(changed) == 1);
  CHECK(status_of(Json::object()) == 2);
}

TEST_CASE("prove prints and leaves the same for any number of threads, also when its budget ends",
          "[main][search][exhaustive]") {
  const std::string budget = GENERATE("--runs 1500", "--runs 1", "--runs 900", "--reorderings 2 --faults 0");
  CAPTURE(budget);
  const Desk desk;
  desk.write("a.json", small_scenario());
  const Ended one = desk.bash("snapsim prove a.json --policy hardened --out one " + budget);
  const Ended three = desk.bash("snapsim prove a.json --policy hardened --out three -j 3 " + budget);
  CHECK(one.status == (budget.starts_with("--runs") ? 3 : 0));
  CHECK(one.status == three.status);
  CHECK(one.out == three.out);
  CHECK(desk.read("one/certificate.json") == desk.read("three/certificate.json"));
  if (budget == "--runs 1500") {
    CHECK(one.out.find(" in 1500 runs") != std::string::npos);
    CHECK(one.out.find("every plan of at most 1 departure was run") != std::string::npos);
  }
}

TEST_CASE("an interrupt ends prove at once with what was covered until then", "[main][search]") {
  const Desk desk;
  desk.write("a.json", small_scenario());
  RunningProgram program(desk, {"prove", "a.json", "--faults", "4", "-j", "2"});
  std::this_thread::sleep_for(std::chrono::milliseconds(300) * patience());
  program.signal(SIGINT);
  CHECK(program.wait(std::chrono::milliseconds(5000) * patience()) == 130);
  CHECK(desk.read("err") == "snapsim: interrupted\n");
  CHECK(desk.read("out").find("ENDED EARLY: every plan of at most ") != std::string::npos);
}

}  // namespace snapsim::test
