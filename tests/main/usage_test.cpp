// The program as a newcomer meets it: help, version, and what it says to a command line that it does not understand.

#include <algorithm>
#include <sstream>

#include <nlohmann/json.hpp>

#include "tests/main/program.hpp"

namespace snapsim::test {
namespace {

std::size_t widest_line(const std::string& text) {
  std::size_t widest = 0;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) widest = std::max(widest, line.size());
  return widest;
}

/// A bad command line, and what its one line of complaint says.
struct BadUsage {
  const char* arguments;
  const char* complaint;
};

constexpr BadUsage bad_usages[] = {
    {"runn x.json", R"(snapsim: unknown verb "runn"; did you mean "run"?)"},
    {"relpay x", R"(snapsim: unknown verb "relpay"; did you mean "replay"?)"},
    {"''", R"(snapsim: unknown verb "")"},
    {"$'\\e[2J'", R"(snapsim: unknown verb "\u001b[2J")"},
    {"x.json", R"(snapsim: there is no verb before "x.json"; did you mean "run x.json"?)"},
    {"--json run x.json", R"(snapsim: unknown option "--json"; a verb's options stand after it)"},
    {"--verson", R"(snapsim: unknown option "--verson"; did you mean "--version"?)"},
    {"prove", "snapsim prove: no scenario file is given"},
    {"prove x.json --check c.json", "snapsim prove: --check takes no scenario file"},
    {"prove x.json --faults 9", R"(snapsim prove: --faults: "9" is not a whole number from 0 to 8)"},
    {"fuzz", "snapsim fuzz: no scenario file is given"},
    {"fuzz x.json --runs 0", R"(snapsim fuzz: --runs: "0" is not a whole number from 1 to 9223372036854775807)"},
    {"fuzz x.json --time soon", R"(snapsim fuzz: --time: "soon" is no length of time, such as 90, 90s, 10m or 2h)"},
    {"explain", "snapsim explain: no log is given"},
    {"explain a.log --as scenrio",
     R"(snapsim explain: --as: "scenrio" is none of text, scenario, mermaid; did you mean "scenario"?)"},
    {"serve --port 70000", R"(snapsim serve: --port: "70000" is not a whole number from 0 to 65535)"},
    {"serve --sped 2", R"(snapsim serve: unknown option "--sped"; did you mean "--speed"?)"},
    {"run", "snapsim run: no scenario file is given"},
    {"run ''", "snapsim run: the name of a file is empty"},
    {"run - -", "snapsim run: standard input can be read only once"},
    {"run --jason x.json", R"(snapsim run: unknown option "--jason"; did you mean "--json"?)"},
    {"run --outt=d x.json", R"(snapsim run: unknown option "--outt"; did you mean "--out"?)"},
    {"run -x x.json", R"(snapsim run: unknown option "-x")"},
    {"run x.json --out", "snapsim run: --out needs a value"},
    {"run x.json --out ''", "snapsim run: --out: the name is empty"},
    {"run --disks modl x.json", R"(snapsim run: --disks: "modl" is none of qcow2, model; did you mean "model"?)"},
    {"run --policy nowa x.json", R"(snapsim run: --policy: "nowa" is none of nova, hardened; did you mean "nova"?)"},
    {"run --color red x.json", R"(snapsim run: --color: "red" is none of auto, always, never)"},
    {"run -j 0 x.json", R"(snapsim run: -j: "0" is not a whole number from 1 to 1024)"},
    {"run -j many x.json", R"(snapsim run: -j: "many" is not a whole number from 1 to 1024)"},
    {"run --seed -1 x.json", R"(snapsim run: --seed: "-1" is not a whole number from 0 to 2^64-1)"},
    {"run --seed 18446744073709551616 x.json",
     R"(snapsim run: --seed: "18446744073709551616" is not a whole number from 0 to 2^64-1)"},
    {"run --tool-timeout 0.5 x.json", R"(snapsim run: --tool-timeout: "0.5" is not a whole number from 1 to 86400)"},
    {"run -q -v x.json", "snapsim run: -q and -v exclude each other"},
    {"replay", "snapsim replay: no token, scenario file or result folder is given"},
    {"replay a b", "snapsim replay: takes one token, scenario file or result folder, not 2"},
    {"export a.json b.json", "snapsim export: takes one token, scenario file or result folder, not 2"},
    {"export x.json --as mermiad",
     R"(snapsim export: --as: "mermiad" is none of mermaid, plantuml, html, perfetto, shiviz, logs, trace, junit; did you mean "mermaid"?)"},
    {"schema x", R"(snapsim schema: unexpected argument "x")"},
    {"invariants --jsn", R"(snapsim invariants: unknown option "--jsn"; did you mean "--json"?)"},
    {"help runn", R"(snapsim: unknown verb "runn"; did you mean "run"?)"},
};

}  // namespace

TEST_CASE("help names every verb, option and exit status and fits into 100 columns", "[main]") {
  const Desk desk;
  const Ended help = desk.bash("snapsim --help");
  CHECK(help.status == 0);
  CHECK(help.err.empty());
  CHECK(widest_line(help.out) <= 100);
  for (const std::string verb : {"run", "replay", "export", "explain", "invariants", "schema", "bench"}) {
    CAPTURE(verb);
    CHECK(help.out.find("\n  " + verb) != std::string::npos);
    const Ended of_verb = desk.bash("snapsim " + verb + " --help");
    CHECK(of_verb.status == 0);
    CHECK(of_verb.err.empty());
    CHECK(of_verb.out.find("Usage: snapsim " + verb) != std::string::npos);
    CHECK(widest_line(of_verb.out) <= 100);
    CHECK(desk.bash("snapsim " + verb + " -h").out == of_verb.out);
    CHECK(desk.bash("snapsim help " + verb).out == of_verb.out);
    CHECK(desk.bash("snapsim --help " + verb).out == of_verb.out);
  }
  for (const std::string status : {"0", "1", "2", "4", "70", "74", "77", "130"}) {
    CHECK(help.out.find(" " + status + "  ") != std::string::npos);
  }
  const std::string run_help = desk.bash("snapsim run --help").out;
  for (const char* option : {"--disks", "--policy", "--seed", "--out", "--keep-disks", "--tool-timeout", "-j", "--json",
                             "--color", "-q", "-v", "--help"}) {
    CAPTURE(option);
    CHECK(run_help.find(option) != std::string::npos);
  }
}

TEST_CASE("without arguments the help goes to standard error", "[main]") {
  const Desk desk;
  const Ended ended = desk.bash("snapsim");
  CHECK(ended.status == 2);
  CHECK(ended.out.empty());
  CHECK(ended.err == desk.bash("snapsim --help").out);
}

TEST_CASE("the version is one line", "[main]") {
  const Desk desk;
  const Ended ended = desk.bash("snapsim --version");
  CHECK(ended.status == 0);
  CHECK(ended.out == "snapsim " SNAPSIM_VERSION "\n");
  CHECK(ended.err.empty());
}

TEST_CASE("a wrong command line is explained in one line, with status 2 and nothing written", "[main]") {
  const Desk desk;
  for (const BadUsage& bad : bad_usages) {
    CAPTURE(bad.arguments);
    const Ended ended = desk.bash(std::string("snapsim ") + bad.arguments);
    CHECK(ended.status == 2);
    CHECK(ended.out.empty());
    CHECK(ended.err.substr(0, ended.err.find('\n')) == bad.complaint);
    CHECK(ended.err.find("--help.\n") != std::string::npos);
  }
  CHECK(desk.names_in(".") == std::vector<std::string>{"snapsim"});
}

TEST_CASE("of an option that is given twice the last one counts", "[main]") {
  const Desk desk;
  desk.write("a.json", small_scenario());
  CHECK(desk.bash("snapsim run -q a.json --disks qcow2 --disks model --out one --out two").status == 0);
  CHECK(desk.names_in("two") == std::vector<std::string>{"a"});
  CHECK_FALSE(std::filesystem::exists(desk / "one"));
}

TEST_CASE("schema prints the schema file", "[main]") {
  const Desk desk;
  const Ended ended = desk.bash("snapsim schema | cmp - $SCENARIOS/../docs/scenario.schema.json");
  CHECK(ended.status == 0);
}

TEST_CASE("invariants lists name, moment and sentence, as JSON too", "[main]") {
  const Desk desk;
  const std::string text = desk.bash("snapsim invariants").out;
  CHECK(text.find("no_stuck_task_state (at rest)\n    ") != std::string::npos);
  CHECK(text.find("one_task_per_instance (always)\n    ") != std::string::npos);
  const auto list = nlohmann::json::parse(desk.bash("snapsim invariants --json").out).at("invariants");
  CHECK(list.size() >= 20);
  for (const auto& invariant : list) {
    CHECK(text.find(invariant.at("name").get<std::string>()) != std::string::npos);
    CHECK(invariant.at("sentence").get<std::string>().ends_with('.'));
  }
}

#ifndef SNAPSIM_SANITIZED
TEST_CASE("the program starts at once", "[main]") {
  const Desk desk;
  desk.write("a.json", small_scenario());
  for (const char* line : {"snapsim --version", "snapsim run -q --disks model a.json"}) {
    CAPTURE(line);
    // The fastest of a few, less what bash takes: others may use the machine, too.
    auto fastest = std::chrono::nanoseconds::max();
    auto bash_alone = std::chrono::nanoseconds::max();
    for (int round = 0; round < 10; ++round) {
      fastest = std::min(fastest, desk.bash(line).wall_time);
      bash_alone = std::min(bash_alone, desk.bash("true").wall_time);
    }
    CHECK(fastest - bash_alone < std::chrono::milliseconds(50));
  }
}
#endif

}  // namespace snapsim::test
