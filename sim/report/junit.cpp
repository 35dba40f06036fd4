#include "sim/report/junit.hpp"

#include <algorithm>
#include <sstream>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sim/report/failure_reasons.hpp"
#include "sim/report/judgement.hpp"
#include "sim/report/replay_token.hpp"
#include "sim/report/story.hpp"
#include "sim/report/text.hpp"

namespace snapsim {
namespace {

/// U+FFFE and U+FFFF, which no XML may hold, become U+FFFD.
void replace_noncharacters(std::string& text) {
  constexpr std::string_view lead = "\xEF\xBF";
  for (std::size_t at = text.find(lead); at != std::string::npos; at = text.find(lead, at + lead.size())) {
    char& last = text[at + lead.size()];
    if (last == '\xBE' || last == '\xBF') last = '\xBD';
  }
}

/// The text as it stands between tags or, in double quotes, as an attribute. Line ends stay between tags only.
std::string xml(std::string_view text) {
  std::string escaped;
  for (const char c : valid_utf8(text)) {
    const bool is_control = static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t';
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      default:
        escaped += is_control ? std::string("\xEF\xBF\xBD") : std::string(1, c);
    }
  }
  replace_noncharacters(escaped);
  return escaped;
}

std::string story_of(const RunRecord& record) {
  std::ostringstream story;
  write_story(record, {}, story);
  return story.str();
}

/// The folder of "scenarios/live/a.json" as a Java package, which CI services show as a tree: "scenarios.live".
std::string class_name(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  std::string folder = slash == std::string::npos ? "" : path.substr(0, slash);
  std::replace(folder.begin(), folder.end(), '/', '.');
  folder.erase(0, std::min(folder.find_first_not_of('.'), folder.size()));
  return folder.empty() ? "snapsim" : folder;
}

std::string test_name(const std::string& path) {
  std::string name = path == "-" ? "stdin" : path.substr(path.rfind('/') + 1);
  if (name.ends_with(".json")) name.resize(name.size() - std::string_view(".json").size());
  return name;
}

std::string time_attribute(std::optional<std::int64_t> wall_us) {
  return wall_us ? fmt::format(" time=\"{}\"", seconds_text(*wall_us, 3)) : "";
}

/// How the test cases of a suite ended.
struct Counts {
  std::size_t failures = 0;
  std::size_t errors = 0;
  std::size_t skipped = 0;
  std::optional<std::int64_t> wall_us;
};

Counts counts_of(std::span<const JunitCase> cases) {
  Counts counts;
  for (const JunitCase& entry : cases) {
    if (entry.wall_us) counts.wall_us = counts.wall_us.value_or(0) + *entry.wall_us;
    if (entry.run) {
      counts.failures += failure_reasons(*entry.run).empty() ? 0 : 1;
    } else {
      ++(entry.outside_failure.empty() ? counts.skipped : counts.errors);
    }
  }
  return counts;
}

void write_properties(const RunRecord& run, std::ostream& out) {
  const std::vector<std::pair<std::string_view, std::string>> properties{
      {"title", visible(run.scenario.title)},
      {"policy", run.scenario.policy == Policy::hardened ? "hardened" : "nova"},
      {"verdict", std::string(to_string(judge(run.scenario, run.result).verdict))},
      {"virtual_ms", fmt::format("{}", run.result.virtual_us / 1000)},
      {"fingerprint", fmt::format("{:016x}{:016x}", run.result.fingerprint_high, run.result.fingerprint_low)},
      {"token", visible(replay_token(run))},
  };
  out << "      <properties>\n";
  for (const auto& [name, value] : properties) {
    out << fmt::format("        <property name=\"{}\" value=\"{}\"/>\n", name, xml(value));
  }
  out << "      </properties>\n";
}

void write_run(const RunRecord& run, std::ostream& out) {
  write_properties(run, out);
  const std::vector<FailureReason> reasons = failure_reasons(run);
  if (reasons.empty()) return;
  std::string message;
  for (const FailureReason& reason : reasons) message += (message.empty() ? "" : "; ") + reason.text;
  const Verdict verdict = judge(run.scenario, run.result).verdict;
  out << fmt::format("      <failure type=\"{}\" message=\"{}\">{}</failure>\n", to_string(verdict), xml(message),
                     xml(story_of(run)));
}

void write_case(const JunitCase& entry, std::ostream& out) {
  const std::string path = visible(entry.path);
  out << fmt::format("    <testcase classname=\"{}\" name=\"{}\" file=\"{}\"{}>\n", xml(class_name(path)),
                     xml(test_name(path)), xml(path), time_attribute(entry.wall_us));
  if (entry.run) {
    write_run(*entry.run, out);
  } else if (entry.outside_failure.empty()) {
    out << "      <skipped message=\"not begun\"/>\n";
  } else {
    out << fmt::format("      <error message=\"{}\"/>\n", xml(visible(entry.outside_failure)));
  }
  out << "    </testcase>\n";
}

}  // namespace

void write_junit(std::span<const JunitCase> cases, std::ostream& out) {
  const Counts counts = counts_of(cases);
  const std::string totals =
      fmt::format("tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\"{}", cases.size(), counts.failures,
                  counts.errors, counts.skipped, time_attribute(counts.wall_us));
  out << "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  out << fmt::format("<testsuites name=\"snapsim\" {}>\n  <testsuite name=\"snapsim\" {}>\n", totals, totals);
  for (const JunitCase& entry : cases) write_case(entry, out);
  out << "  </testsuite>\n</testsuites>\n";
}

}  // namespace snapsim
