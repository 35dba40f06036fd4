#include "sim/bench/contest.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <ctime>
#include <utility>

#include "real/child_process.hpp"

namespace snapsim {
namespace {

/// The value below which that fraction of the values lies, between two of them if need be.
double quantile(std::vector<double> values, double fraction) {
  std::sort(values.begin(), values.end());
  const double position = fraction * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(std::floor(position));
  const std::size_t above = std::min(below + 1, values.size() - 1);
  return std::lerp(values[below], values[above], position - std::floor(position));
}

/// What one variant of one peer did.
struct Entry {
  const Peer* peer;
  const Variant* variant;
  Samples samples;
  bool takes_part = true;
};

std::vector<Entry> entries_of(const Contest& contest) {
  std::vector<Entry> entries;
  for (const Peer& peer : contest.peers) {
    for (const Variant& variant : peer.variants) entries.push_back(Entry{&peer, &variant, {}, true});
  }
  return entries;
}

const Entry* best_of(const std::vector<Entry>& entries, const Peer& peer, Better better) {
  const Entry* best = nullptr;
  for (const Entry& entry : entries) {
    if (entry.peer != &peer || !entry.takes_part) continue;
    const auto beats = [better](double a, double b) { return better == Better::more ? a > b : a < b; };
    if (!best || beats(entry.samples.median(), best->samples.median())) best = &entry;
  }
  return best;
}

double median_ratio(const Samples& ours, const Samples& theirs) {
  Samples ratios;
  for (std::size_t round = 0; round < ours.values.size(); ++round) {
    ratios.values.push_back(ours.values[round] / theirs.values[round]);
  }
  return ratios.median();
}

Row row_of(const Contest& contest, const Samples& ours) {
  Row row;
  row.name = contest.name;
  row.parameter = contest.parameter;
  row.unit = contest.unit;
  row.ours = ours;
  return row;
}

std::vector<Row> rows_of(const Contest& contest, const Samples& ours, const std::vector<Entry>& entries) {
  std::vector<Row> rows;
  for (const Peer& peer : contest.peers) {
    Row row = row_of(contest, ours);
    row.peer = peer.name;
    if (const Entry* const best = best_of(entries, peer, contest.better)) {
      row.variant = best->variant->name;
      row.theirs = best->samples;
      row.ratio = median_ratio(ours, best->samples);
    } else {
      row.missing = peer.package;
    }
    rows.push_back(std::move(row));
  }
  if (rows.empty()) rows.push_back(row_of(contest, ours));
  return rows;
}

}  // namespace

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

double Samples::median() const {
  return quantile(values, 0.5);
}

double Samples::spread() const {
  return (quantile(values, 0.75) - quantile(values, 0.25)) / median();
}

std::vector<Row> hold(const Contest& contest, int rounds) {
  Samples ours;
  std::vector<Entry> entries = entries_of(contest);
  for (int round = 0; round < rounds; ++round) {
    const std::optional<double> our_value = contest.ours();
    std::vector<std::optional<double>> their_values;
    for (const Entry& entry : entries) {
      their_values.push_back(entry.takes_part ? entry.variant->measure() : std::nullopt);
    }
    if (interrupt_requested()) break;
    if (!our_value) return {};
    ours.values.push_back(*our_value);
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (their_values[i]) {
        entries[i].samples.values.push_back(*their_values[i]);
      } else {
        entries[i].takes_part = false;
      }
    }
  }
  if (ours.values.empty()) return {};
  return rows_of(contest, ours, entries);
}

}  // namespace snapsim
