// Each form is read back by a reader of its own, which knows nothing of how it was written.

#include <algorithm>
#include <cctype>
#include <map>
#include <set>
#include <sstream>
#include <string_view>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "sim/report/mermaid.hpp"
#include "sim/report/perfetto.hpp"
#include "sim/report/plantuml.hpp"
#include "sim/report/sequence.hpp"
#include "sim/report/shiviz.hpp"
#include "sim/report/text.hpp"
#include "tests/report/sample_trace.hpp"

namespace snapsim {
namespace {

template <class Write>
std::string written(Write write, const SampleRun& run) {
  std::ostringstream out;
  write(run.record(), out);
  return out.str();
}

/// Whether nothing in the text means anything to PlantUML.
bool is_plain(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte >= 0x80 || std::isalnum(byte) != 0 || std::string_view(" ,.:;()=>+?!@").find(text[i]) != text.npos)
      continue;
    if (text.substr(i, 3) != "<U+" || text.substr(i + 7, 1) != ">") return false;
    i += 7;
  }
  return true;
}

/// The lines that are not what PlantUML's sequence diagrams are made of.
std::vector<std::string> wrong_plantuml_lines(const std::string& diagram) {
  static const std::set<std::string> settings{"@startuml", "@enduml", "hide footbox", "skinparam maxMessageSize 260"};
  static const std::set<std::string> arrows{"->", "-->", "--[#red]>", "->>"};
  std::set<std::string> known;
  std::vector<std::string> wrong;
  for (const std::string& line : lines_of(diagram)) {
    std::istringstream words(line);
    std::string first;
    std::string second;
    std::string third;
    words >> first >> second >> third;
    const std::size_t colon = line.find(" : ");
    const std::string text = colon == std::string::npos ? "" : line.substr(colon + 3);
    bool is_right = false;
    if (settings.contains(line) || (first == "'" && third == "s")) {
      is_right = true;
    } else if (first == "title") {
      is_right = is_plain(line.substr(6));
    } else if (first == "participant") {
      const std::size_t end = line.rfind("\" as ");
      is_right =
          end != std::string::npos && is_plain(line.substr(13, end - 13)) && known.insert(line.substr(end + 5)).second;
    } else if (first == "note") {
      is_right = second == "over" && known.contains(third) && is_plain(text);
    } else {
      is_right = known.contains(first) && arrows.contains(second) && known.contains(third) && is_plain(text);
    }
    if (!is_right) wrong.push_back(line);
  }
  return wrong;
}

using Clock = std::map<std::string, std::uint64_t>;

struct ShivizEvent {
  std::string host;
  Clock clock;
  std::string text;
};

/// Reads the log by the pattern in its first line, as ShiViz does: JavaScript's named groups are numbered here.
std::vector<ShivizEvent> read_shiviz(const std::string& log) {
  const std::vector<std::string> lines = lines_of(log);
  REQUIRE(lines.size() >= 2);
  REQUIRE(lines[0] == shiviz_pattern);
  REQUIRE(lines[1].empty());
  std::vector<ShivizEvent> events;
  for (std::size_t i = 2; i < lines.size(); ++i) {
    // date, host, clock and event: the groups of the pattern; neither date nor host holds a space.
    const std::size_t host = lines[i].find(' ') + 1;
    const std::size_t clock_begin = lines[i].find(" {", host) + 1;
    const std::size_t clock_end = lines[i].find("} ", clock_begin) + 1;
    const bool is_line = host != 0 && clock_begin != 0 && clock_end != 0;
    const auto clock =
        is_line ? nlohmann::json::parse(lines[i].substr(clock_begin, clock_end - clock_begin), nullptr, false)
                : nlohmann::json();
    if (!clock.is_object()) FAIL("no event: " << lines[i]);
    events.push_back(
        {lines[i].substr(host, clock_begin - host - 1), clock.get<Clock>(), lines[i].substr(clock_end + 1)});
  }
  return events;
}

/// What ShiViz demands: a host counts its own events one by one, and no event knows of more than has happened.
void check_clocks(const std::vector<ShivizEvent>& events) {
  Clock happened;
  std::map<std::string, Clock> last;
  std::size_t wrong = 0;
  for (const ShivizEvent& event : events) {
    wrong += event.clock.at(event.host) == ++happened[event.host] ? 0U : 1U;
    for (const auto& [host, count] : event.clock) wrong += count <= happened[host] ? 0U : 1U;
    for (const auto& [host, count] : last[event.host]) wrong += event.clock.at(host) >= count ? 0U : 1U;
    last[event.host] = event.clock;
  }
  CHECK(wrong == 0);
}

/// Checks the trace against the format's rules, and gives it back.
nlohmann::json read_perfetto(const std::string& text) {
  nlohmann::json trace = nlohmann::json::parse(text, nullptr, false);
  REQUIRE(trace.is_object());
  std::map<std::uint64_t, int> open;
  std::set<std::uint64_t> flows;
  std::set<std::pair<int, int>> named;
  std::size_t wrong = 0;
  for (const auto& event : trace["traceEvents"]) {
    const std::string phase = event.at("ph");
    const std::pair<int, int> track{event.at("pid"), event.at("tid")};
    if (phase == "M") {
      named.insert(track);
      wrong += event.at("args").at("name").is_string() ? 0U : 1U;
      continue;
    }
    wrong += named.contains(track) ? 0U : 1U;
    wrong += event.at("ts").is_number_integer() && event.at("name").is_string() ? 0U : 1U;
    if (phase == "X") wrong += event.at("dur").get<std::int64_t>() >= 0 ? 0U : 1U;
    if (phase == "b") wrong += ++open[event.at("id")] == 1 ? 0U : 1U;
    if (phase == "e") wrong += --open[event.at("id")] == 0 ? 0U : 1U;
    if (phase == "s") flows.insert(event.at("id").get<std::uint64_t>());
    wrong += std::string("XbesfiM").find(phase) == std::string::npos ? 1U : 0U;
  }
  for (const auto& [id, count] : open) wrong += count == 0 ? 0U : 1U;
  CHECK(wrong == 0);
  return trace;
}

}  // namespace

TEST_CASE("a snapshot is drawn in PlantUML with the answers of Glance", "[report]") {
  const std::string diagram = written(write_plantuml, happy_cold_run());
  INFO(diagram);
  CHECK(wrong_plantuml_lines(diagram).empty());
  CHECK(diagram.starts_with("@startuml\n"));
  CHECK(diagram.ends_with("@enduml\n"));
  std::size_t at = 0;
  for (const char* part : {"participant \"nova<U+002D>compute@compute<U+002D>1\" as compute0", "client -> api : POST",
                           "api -> glance : POST <U+002F>v2<U+002F>images\n", "glance --> api : POST",
                           "note over api : task<U+005F>state null <U+002D>> image", "api ->> queue : snapshot",
                           "queue ->> compute0 : snapshot", "compute0 -> libvirt0 : hypervisor.suspend begins"}) {
    INFO(part);
    const std::size_t found = diagram.find(part, at);
    CHECK(found != std::string::npos);
    if (found != std::string::npos) at = found;
  }
}

TEST_CASE("a request to Glance leaves when it began and is answered when it ended", "[report]") {
  const SampleRun run = happy_cold_run();
  const RunNames names(run.record());
  const Sequence sequence = sequence_of(names, HttpForm::call_and_answer);
  std::size_t begun = 0;
  for (std::size_t i = 0; i < sequence.steps.size(); ++i) {
    const SequenceStep& step = sequence.steps[i];
    if (i > 0) CHECK(sequence.steps[i - 1].virtual_us <= step.virtual_us);
    if (!step.is_http_begin) continue;
    ++begun;
    const TraceRecord& record = run.trace[step.position];
    CHECK(step.virtual_us == record.virtual_us - record.b);
  }
  CHECK(begun > 0);
  CHECK(sequence.steps.size() == sequence_of(names, HttpForm::one_arrow).steps.size() + begun);
}

TEST_CASE("nothing in a name is read as syntax of PlantUML, ShiViz or Perfetto", "[report]") {
  CHECK(plantuml_escaped("a\n@enduml'//x//") == "a\xe2\x90\x8a@enduml<U+0027><U+002F><U+002F>x<U+002F><U+002F>");
  for (const std::string& name : nasty_names()) {
    for (const SampleRun& plain : {failed_cold_run(), crowded_run(3, 2)}) {
      const SampleRun run = renamed(plain, name);
      CHECK(wrong_plantuml_lines(written(write_plantuml, run)).empty());
      read_shiviz(written(write_shiviz, run));
      read_perfetto(written(write_perfetto, run));
    }
  }
}

TEST_CASE("every kind of step is drawn, logged and traced", "[report]") {
  const SampleRun run = every_record_run();
  CHECK(wrong_plantuml_lines(written(write_plantuml, run)).empty());
  CHECK_FALSE(read_shiviz(written(write_shiviz, run)).empty());
  read_perfetto(written(write_perfetto, run));
}

TEST_CASE("vector clocks tell what happened before what", "[report]") {
  for (const SampleRun& run : {happy_cold_run(), failed_cold_run(), crowded_run(4, 3)}) {
    check_clocks(read_shiviz(written(write_shiviz, run)));
  }
  const std::vector<ShivizEvent> events = read_shiviz(written(write_shiviz, happy_cold_run()));
  const auto first_of = [&events](const std::string& host, const std::string& text) {
    const auto found = std::ranges::find_if(events, [&](const ShivizEvent& event) {
      return event.host == host && event.text.find(text) != std::string::npos;
    });
    REQUIRE(found != events.end());
    return *found;
  };
  const ShivizEvent sent = first_of("client", "createImage");
  const ShivizEvent cast = first_of("nova-api", "snapshot_instance cast");
  const ShivizEvent taken = first_of("nova-compute@compute-1", "snapshot_instance delivered");
  CHECK(cast.clock.at("client") == sent.clock.at("client"));
  CHECK(taken.clock.at("nova-api") == cast.clock.at("nova-api"));
  CHECK_FALSE(cast.clock.contains("nova-compute@compute-1"));
}

TEST_CASE("Perfetto is shown services, states, operations and messages", "[report]") {
  const nlohmann::json trace = read_perfetto(written(write_perfetto, happy_cold_run()));
  std::set<std::string> processes;
  std::set<std::string> task_states;
  std::size_t casts = 0;
  std::size_t deliveries = 0;
  int task_state_track = 0;
  for (const auto& event : trace["traceEvents"]) {
    if (event["name"] == "process_name") processes.insert(event["args"]["name"].get<std::string>());
    if (event["name"] == "process_name" && event["args"]["name"] == "instance vm-1") task_state_track = event["pid"];
    if (event["ph"] == "X" && event["pid"] == task_state_track && event["tid"] == 2) {
      task_states.insert(event["name"].get<std::string>());
    }
    casts += event["ph"] == "s" ? 1U : 0U;
    deliveries += event["ph"] == "f" ? 1U : 0U;
  }
  for (const char* name : {"client", "nova-api", "nova-compute@compute-1", "glance", "instance vm-1", "images"}) {
    INFO(name);
    CHECK(processes.contains(name));
  }
  CHECK(task_states == std::set<std::string>{"null", "image_snapshot_pending", "image_snapshot", "image_pending_upload",
                                             "image_uploading"});
  CHECK(casts == 1);
  CHECK(deliveries == 1);
}

TEST_CASE("several Mermaid diagrams stand each in a fence of its own", "[report]") {
  CHECK(written(write_mermaid, happy_cold_run()).starts_with("sequenceDiagram\n"));
  const std::string page = written(write_mermaid, crowded_run(40, 60));
  std::size_t opened = 0;
  std::size_t length = 0;
  bool is_open = false;
  for (const std::string& line : lines_of(page)) {
    if (line == "```mermaid") {
      CHECK_FALSE(is_open);
      is_open = true;
      length = 0;
      ++opened;
    } else if (line == "```") {
      CHECK(is_open);
      is_open = false;
    } else if (is_open) {
      length += line.size() + 1;
      if (length >= mermaid_bytes_max) FAIL("a diagram is too long");
    } else {
      CHECK(line.empty());
    }
  }
  CHECK_FALSE(is_open);
  CHECK(opened > 5);
}

}  // namespace snapsim
