#pragma once

#include <functional>
#include <string>
#include <vector>

namespace snapsim::test {

/// One log file as somebody may hand it over.
struct NamedLog {
  std::string name;
  std::string text;
};
using Logs = std::vector<NamedLog>;

/// The three logs of a recorded case, "n-api.log", "n-cpu.log" and "g-api.log", from logs/<name>.log.gz.
Logs recorded_logs(const std::string& name);

/// What is left of a whole snapshot's logs when nova-compute is killed behind one of its lines, and what it logs when
/// it is started again, taken from a recording of another death.
struct Death {
  Logs logs;
  std::string behind;      ///< the line's own words
  std::string task_state;  ///< that was in the database
  bool is_uploaded = false;
};
std::vector<Death> deaths_at_every_line(const std::string& whole_case, const std::string& restarted_case);

/// How the same logs may come to somebody who was not there.
struct LogVariation {
  std::string name;
  std::function<Logs(const Logs&)> make;
};

/// Forms that say as much as the recorded one: other files, formats, orders and clocks, damage beside the story, and
/// another instance's snapshot in between.
const std::vector<LogVariation>& equal_forms();
/// Logs that say less: INFO alone, one or two services of the three, a beginning or an end that is cut off.
const std::vector<LogVariation>& poorer_forms();

}  // namespace snapsim::test
