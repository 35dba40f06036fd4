// Verbs that talk with their user: stepping through a run, and lessons.

#include "tests/main/program.hpp"

namespace snapsim::test {
namespace {

constexpr const char* lost_cast = R"(, "faults": [{ "at": "queue.cast.lost" }])";

/// What comes after `part` in the text; the test fails where it is not there.
std::string after(const std::string& text, const std::string& part) {
  const std::size_t at = text.find(part);
  INFO(text);
  INFO("looked for: " << part);
  REQUIRE(at != std::string::npos);
  return text.substr(at + part.size());
}

}  // namespace

TEST_CASE("a run is stepped through forwards and backwards", "[main]") {
  const Desk desk;
  desk.write("a.json", small_scenario(lost_cast));
  const Ended ended = desk.bash("printf 'n\\np\\ns\\nf\\nF\\ne\\ng 1\\n' | snapsim run a.json --step");
  CHECK(ended.status == 0);
  CHECK(ended.err.empty());
  std::string rest = after(ended.out, "step 1 of ");
  rest = after(rest, "step> n\nstep 2 of ");
  rest = after(rest, "step> p\nstep 1 of ");
  rest = after(rest, "step> s\nstep ");
  const std::string change = rest.substr(0, rest.find("step>"));
  CHECK(change.find(" *") != std::string::npos);
  rest = after(rest, "step> f\nstep ");
  CHECK(rest.substr(0, rest.find("step>")).find("FAULT queue.cast.lost") != std::string::npos);
  rest = after(rest, "step> F\nThere is no such step before this one.\n");
  rest = after(rest, "step> e\nstep ");
  rest = after(rest, "step> g 1\nstep 1 of ");
  CHECK(desk.names_in(".") == std::vector<std::string>{"a.json", "snapsim"});
}

TEST_CASE("a step tells of states, log lines, Nova's function and what else could happen", "[main]") {
  const Desk desk;
  desk.write("a.json", small_scenario());
  const Ended ended = desk.bash("printf 'o\\nw\\n' | snapsim run a.json --step");
  std::string rest = after(ended.out, "step> o\n");
  rest = after(rest, "  in   ");
  rest = after(rest, "VM_STATE");
  rest = after(rest, "here something else could happen");
  rest = after(rest, "step> w\n");
  CHECK(rest.find("glance.create.unavailable") != std::string::npos);
  const Ended all = desk.bash("yes n | head -n 200 | snapsim run a.json --step");
  CHECK(all.status == 0);
  after(all.out, "n-cpu.log  2026-01-01 00:00:00");
  after(all.out, "  in   nova/virt/libvirt/driver.py, LibvirtDriver.snapshot()");
  after(all.out, "There is no such step after this one.");
}

TEST_CASE("what else could happen is chosen, and the run goes another way from there", "[main]") {
  const Desk desk;
  desk.write("a.json", small_scenario());
  const Ended ended = desk.bash("printf 'o\\nc 1\\ne\\nsave b.json\\nu\\nc 99999\\nc\\n' | snapsim run a.json --step");
  CHECK(ended.status == 0);
  std::string rest = after(ended.out, "step> c 1\nWith ");
  rest = after(rest, "the run is the same for ");
  rest = after(rest, "step> save b.json\nThe scenario of this run is in b.json.\n");
  rest = after(rest, "step> u\nstep ");
  rest = after(rest, "step> c 99999\nA number from 1 to ");
  after(rest, "step> c\nA number from 1 to ");
  // The branch is an ordinary scenario.
  CHECK(desk.bash("snapsim diff a.json b.json").status == 1);
}

TEST_CASE("commands that are none are explained, and one scenario is stepped through at a time", "[main]") {
  const Desk desk;
  desk.write("a.json", small_scenario());
  const Ended ended = desk.bash("printf 'x\\ng 0\\nu\\nsave\\nsave /nonexistent/x\\n' | snapsim run a.json --step");
  CHECK(ended.status == 0);
  std::string rest = after(ended.out, "There is no command \"x\".");
  rest = after(rest, "A number from 1 to ");
  rest = after(rest, "This is the scenario's own run.");
  rest = after(rest, "save needs the name of a file.");
  after(rest, "cannot write /nonexistent/x");
  CHECK(desk.bash("snapsim run --step a.json a.json").status == 2);
  CHECK(desk.bash("snapsim run --step - < a.json").status == 2);
}

TEST_CASE("a lesson asks, judges by the run, and ends with its input", "[main]") {
  const Desk desk;
  const Ended list = desk.bash("snapsim lesson");
  CHECK(list.status == 0);
  after(list.out, " 1  What a snapshot is");
  const Ended talk = desk.bash("printf '202\\nactive\\nhm\\n' | snapsim lesson 1");
  CHECK(talk.status == 0);
  std::string rest = after(talk.out, "> 202\n   Right: 202\n     step ");
  rest = after(rest, "> active\n   No, the run says: queued\n   active comes with step ");
  after(rest, "> hm\n   That is none of the answers.");
  CHECK(desk.bash("snapsim lesson 99").status == 2);
  CHECK(desk.bash("snapsim lesson one").status == 2);
}

TEST_CASE("lessons answer themselves, and are written as pages", "[main]") {
  const Desk desk;
  const Ended played = desk.bash("snapsim lesson --play");
  CHECK(played.status == 0);
  CHECK(played.out.find("No, the run says") == std::string::npos);
  after(played.out, "Repair the protocol");
  CHECK(desk.bash("snapsim lesson --html pages").status == 0);
  CHECK(desk.names_in("pages").size() > 24);
  after(desk.read("pages/index.html"), "lesson-01.html");
}

TEST_CASE("a lesson and a stepped run that wait for their user end with 130 when they are told to", "[main]") {
  const Desk desk;
  desk.write("a.json", small_scenario());
  for (const std::string call : {"lesson 1", "run a.json --step"}) {
    CAPTURE(call);
    // A shell in the background ignores SIGINT, and so would the program; SIGTERM takes the same way.
    const Ended ended = desk.bash("rm -f in out; mkfifo in; sleep 60 > in & holder=$!; ./snapsim " + call +
                                  " < in > out & talk=$!; until grep -q '> $' out; do sleep 0.05; done; "
                                  "kill -TERM $talk; wait $talk; echo status $?; kill $holder");
    CHECK(ended.out == "status 130\n");
    CHECK_FALSE(desk.read("out").empty());
  }
}

}  // namespace snapsim::test
