#include "sim/report/mermaid.hpp"

#include <algorithm>
#include <set>
#include <string_view>

#include <catch2/catch.hpp>

#include "sim/report/text.hpp"
#include "tests/report/sample_trace.hpp"

namespace snapsim {
namespace {

/// Takes `word` off the front of `line`, if it stands there.
bool skip(std::string_view& line, std::string_view word) {
  if (!line.starts_with(word)) return false;
  line.remove_prefix(word.size());
  return true;
}

/// Takes a participant's name, letters and then digits, off the front of `line`; empty where there is none.
std::string skip_participant(std::string_view& line) {
  const std::string_view letters = "abcdefghijklmnopqrstuvwxyz";
  const std::size_t digits = std::min(line.find_first_not_of(letters), line.size());
  if (digits == 0) return "";
  const std::size_t end = std::min(line.find_first_not_of("0123456789", digits), line.size());
  const std::string name(line.substr(0, end));
  line.remove_prefix(end);
  return name;
}

bool skip_arrow(std::string_view& line) {
  for (const char* arrow : {"->>", "-->>", "-x", "--x", "-)"}) {
    if (skip(line, arrow)) return true;
  }
  return false;
}

/// Whether nothing in `text` ends it or means something to Mermaid; "#59;" stands for a character.
bool is_text(std::string_view text) {
  while (!text.empty()) {
    if (skip(text, "#")) {
      const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
      text.remove_prefix(digits);
      if (digits == 0 || !skip(text, ";")) return false;
      continue;
    }
    if (std::string_view(";<%{}").find(text[0]) != std::string_view::npos ||
        static_cast<unsigned char>(text[0]) < 0x20) {
      return false;
    }
    text.remove_prefix(1);
  }
  return true;
}

/// Whether a line below the title is one of the three kinds that are used, and names participants in `known` only. A
/// new participant is added there.
bool is_valid_line(std::string_view line, std::set<std::string>& known) {
  if (!skip(line, "  ")) return false;
  if (skip(line, "participant ")) {
    const std::string name = skip_participant(line);
    known.insert(name);
    return !name.empty() && skip(line, " as ") && is_text(line);
  }
  if (skip(line, "Note over ")) return known.contains(skip_participant(line)) && skip(line, ": ") && is_text(line);
  return known.contains(skip_participant(line)) && skip_arrow(line) && known.contains(skip_participant(line)) &&
         skip(line, ": ") && is_text(line);
}

/// Checks the diagram against the part of Mermaid's grammar that is used; every text must be free of what ends it.
void check_is_valid(const std::string& diagram) {
  const std::vector<std::string> lines = lines_of(diagram);
  REQUIRE(lines.size() >= 3);
  CHECK(lines[0] == "sequenceDiagram");
  std::string_view title = lines[1];
  CHECK((skip(title, "  title ") && is_text(title)));
  std::set<std::string> known;
  std::size_t wrong = 0;
  for (std::size_t i = 2; i < lines.size(); ++i) {
    if (is_valid_line(lines[i], known)) continue;
    UNSCOPED_INFO(lines[i]);
    ++wrong;
  }
  CHECK(wrong == 0);
  CHECK(valid_utf8(diagram) == diagram);
}

}  // namespace

TEST_CASE("a snapshot is drawn from the client to the hypervisor and back", "[report]") {
  const std::vector<std::string> diagrams = mermaid_diagrams(happy_cold_run().record());
  REQUIRE(diagrams.size() == 1);
  const std::string& diagram = diagrams[0];
  INFO(diagram);
  check_is_valid(diagram);
  std::size_t at = 0;
  for (const char* part :
       {"participant client as client", "participant api as nova-api", "participant glance as glance",
        "participant queue as queue", "participant compute0 as nova-compute@compute-1",
        "participant libvirt0 as libvirt@compute-1", "client->>api: POST createImage \"snap-1\"",
        "api->>glance: POST /v2/images: 201 Created", "Note over api: task_state null -> image_snapshot_pending",
        "api-)queue: snapshot_instance cast", "api-->>client: createImage answered 202 Accepted",
        "queue-)compute0: snapshot_instance delivered", "compute0->>libvirt0: hypervisor.suspend begins",
        "libvirt0-->>compute0: hypervisor.suspend done", "Note over libvirt0: guest is shutdown",
        "compute0->>glance: PUT /v2/images/snap-1/file: 204 No Content"}) {
    INFO(part);
    const std::size_t found = diagram.find(part, at);
    CHECK(found != std::string::npos);
    if (found != std::string::npos) at = found;
  }
}

TEST_CASE("nothing in a name is read as Mermaid's syntax", "[report]") {
  CHECK(mermaid_escaped("a;b#c\nd\"e") ==
        "a#59;b#35;c\xe2\x90\x8a"
        "d\"e");
  CHECK(mermaid_escaped("at the end, send endless END") == "at the #101;nd, send endless #69;ND");
  for (const std::string& name : nasty_names()) {
    for (const SampleRun& run : {failed_cold_run(), crowded_run(3, 2), every_record_run()}) {
      for (const std::string& diagram : mermaid_diagrams(renamed(run, name).record())) check_is_valid(diagram);
    }
  }
}

TEST_CASE("a long run becomes several whole diagrams below Mermaid's limit", "[report]") {
  const SampleRun run = crowded_run(40, 60);
  const std::vector<std::string> diagrams = mermaid_diagrams(run.record());
  CHECK(diagrams.size() > 5);
  std::size_t notes = 0;
  for (const std::string& diagram : diagrams) {
    CHECK(diagram.size() < mermaid_bytes_max);
    check_is_valid(diagram);
    for (const std::string& line : lines_of(diagram)) notes += line.starts_with("  Note") ? 1U : 0U;
  }
  CHECK(notes == std::size_t{40} * 60 * 2);
  CHECK(diagrams[1].find("(part 2)") != std::string::npos);
}

TEST_CASE("a run without steps is a diagram too", "[report]") {
  SampleRun run = happy_cold_run();
  run.trace.clear();
  const std::vector<std::string> diagrams = mermaid_diagrams(run.record());
  REQUIRE(diagrams.size() == 1);
  check_is_valid(diagrams[0]);
}

}  // namespace snapsim
