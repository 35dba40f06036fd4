#include "sim/bench/bench.hpp"

#include <algorithm>
#include <cmath>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "real/child_process.hpp"
#include "sim/bench/benchmarks.hpp"
#include "sim/report/table.hpp"

namespace snapsim {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t columns = 100;

/// Three significant digits, and the thousands as a letter.
std::string short_number(double value) {
  for (const auto& [unit, letter] : {std::pair(1e9, "G"), std::pair(1e6, "M"), std::pair(1e3, "k")}) {
    if (value >= unit) return fmt::format("{:#.3g} {}", value / unit, letter);
  }
  return fmt::format("{:#.3g}", value);
}

std::string value_and_spread(const Samples& samples) {
  return fmt::format("{} +-{:.0f}%", short_number(samples.median()), std::ceil(samples.spread() * 50));
}

std::vector<std::string> cells_of(const Row& row) {
  std::string peer = row.peer;
  if (!row.variant.empty()) peer += " " + row.variant;
  std::string theirs;
  if (!row.missing.empty()) {
    theirs = "not installed: " + row.missing;
  } else if (row.ratio) {
    theirs = value_and_spread(row.theirs);
  }
  return {row.name,
          row.parameter,
          row.unit,
          value_and_spread(row.ours),
          peer,
          theirs,
          row.ratio ? fmt::format("{:.2f}", *row.ratio) : ""};
}

void write_table(const std::vector<Row>& rows, int rounds, std::ostream& out) {
  std::vector<std::vector<std::string>> cells = {
      {"benchmark", "with", "unit", "snapsim", "peer", "its value", "ratio"}};
  for (const Row& row : rows) cells.push_back(cells_of(row));
  for (const std::string& line : table_lines(cells, columns)) out << line << '\n';
  out << "Medians of at most " << rounds << " rounds in turn, +- half the distance between the quartiles.\n";
}

Json json_of(const Samples& samples) {
  Json json;
  json["median"] = samples.median();
  json["spread"] = samples.spread();
  json["values"] = samples.values;
  return json;
}

Json json_of(const Row& row) {
  Json json;
  json["name"] = row.name;
  json["parameter"] = row.parameter;
  json["unit"] = row.unit;
  json["value"] = json_of(row.ours);
  json["peer"] = nullptr;
  if (row.peer.empty()) return json;
  Json peer;
  peer["name"] = row.peer;
  peer["installed"] = row.missing.empty();
  if (row.missing.empty()) {
    peer["variant"] = row.variant.empty() ? Json() : Json(row.variant);
    peer["value"] = json_of(row.theirs);
    peer["ratio"] = row.ratio ? Json(*row.ratio) : Json();
  } else {
    peer["package"] = row.missing;
  }
  json["peer"] = std::move(peer);
  return json;
}

void write_json(const std::vector<Row>& rows, int rounds, std::ostream& out) {
  Json json;
  json["snapsim_version"] = SNAPSIM_VERSION;
  json["rounds"] = rounds;
  json["benchmarks"] = Json::array();
  for (const Row& row : rows) json["benchmarks"].push_back(json_of(row));
  out << json.dump(2) << '\n';
}

}  // namespace

int bench_main(const BenchOptions& options, std::ostream& out) {
  const int rounds = options.quick ? 3 : 7;
  bool is_known = false;
  std::vector<Row> rows;
  for (const Benchmark& benchmark : benchmarks()) {
    if (benchmark.name.find(options.filter) == std::string_view::npos) continue;
    is_known = true;
    for (const Contest& contest : benchmark.contests(options.quick)) {
      if (interrupt_requested()) break;
      const std::vector<Row> more = hold(contest, std::min(rounds, contest.rounds_max));
      rows.insert(rows.end(), more.begin(), more.end());
    }
  }
  if (!is_known) return 2;
  options.json ? write_json(rows, rounds, out) : write_table(rows, rounds, out);
  return interrupt_requested() ? 130 : 0;
}

}  // namespace snapsim
