// `snapsim explain` as somebody uses it who has logs and knows nothing of it.

#include <string>

#include <catch2/catch.hpp>

#include "tests/main/program.hpp"

namespace snapsim::test {
namespace {

constexpr const char* recorded = "$SCENARIOS/../tests/explain/logs/extract-sig9-cold.log.gz";

}  // namespace

TEST_CASE("logs without a snapshot are said to hold none, in words and with status 0", "[main]") {
  const Desk desk;
  desk.write("empty.log", "");
  desk.write("text.log", "hello\n");
  desk.bash("head -c 100000 /dev/zero > binary.log; head -c 1000000 /dev/zero | tr '\\0' x > long.log");
  for (const std::string name : {"empty.log", "text.log", "binary.log", "long.log"}) {
    CAPTURE(name);
    const Ended ended = desk.bash("snapsim explain " + name);
    CHECK(ended.status == 0);
    CHECK(ended.err.empty());
    CHECK(ended.out.find("No snapshot in these logs: ") != std::string::npos);
    const bool is_unknown = ended.out.find("no line of it has a format that is known") != std::string::npos;
    CHECK(is_unknown == (name != "empty.log"));
  }
  CHECK(desk.bash("snapsim explain text.log")
            .out.ends_with("No snapshot in these logs: 1 line of 1 file was read, none is of a createImage or "
                           "createBackup request.\n"));
}

TEST_CASE("what cannot be read is named, with status 2, and nothing is told", "[main]") {
  const Desk desk;
  desk.bash(std::string("mkdir folder; zcat ") + recorded + " > good.log");
  for (const std::string arguments : {"good.log missing.log", "folder good.log", "good.log --request req-none"}) {
    CAPTURE(arguments);
    const Ended ended = desk.bash("snapsim explain " + arguments);
    CHECK(ended.status == 2);
    CHECK(ended.out.empty());
    CHECK(ended.err.starts_with("snapsim explain: "));
  }
  CHECK(desk.bash("snapsim explain folder").err.find("folder: is a folder; name the log files in it") !=
        std::string::npos);
  CHECK(desk.bash("snapsim explain missing.log").err.find("missing.log: cannot be read: No such file") !=
        std::string::npos);
}

TEST_CASE("a compressed log that is cut short is told as far as it goes, from a file or from standard input",
          "[main]") {
  const Desk desk;
  desk.bash(std::string("head -c 2000 ") + recorded + " > cut.gz");
  for (const std::string arguments : {"cut.gz", "- < cut.gz"}) {
    CAPTURE(arguments);
    const Ended ended = desk.bash("snapsim explain -q " + arguments);
    CHECK(ended.status == 0);
    CHECK(ended.out.find(": the compressed file is cut or damaged (unexpected end of file); what stands before the "
                         "damage was read\n") != std::string::npos);
    CHECK(ended.out.find("createImage req-82c9b451-") != std::string::npos);
  }
}

TEST_CASE("where there is no snapshot, nothing is written that could be taken for a scenario or a diagram", "[main]") {
  const Desk desk;
  desk.write("text.log", "hello\n");
  for (const std::string form : {"scenario", "mermaid"}) {
    const Ended ended = desk.bash("snapsim explain text.log --out found --as " + form);
    CHECK(ended.status == 0);
    CHECK(ended.out.empty());
    CHECK(ended.err.find("No snapshot in these logs: ") != std::string::npos);
    CHECK(desk.names_in(".") == std::vector<std::string>{"snapsim", "text.log"});
  }
}

}  // namespace snapsim::test
