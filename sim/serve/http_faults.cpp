#include "sim/serve/http_faults.hpp"

#include <algorithm>
#include <utility>

namespace snapsim {
namespace {

/// splitmix64: the number that the seed draws for a pass.
std::uint64_t drawn(std::uint64_t seed, std::uint64_t pass) {
  std::uint64_t mixed = seed + pass * 0x9e3779b97f4a7c15u;
  mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9u;
  mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebu;
  return mixed ^ mixed >> 31;
}

bool is_hit(const HttpFault& fault, int pass) {
  if (fault.probability >= 1) return true;
  const auto number = static_cast<double>(drawn(fault.seed, static_cast<std::uint64_t>(pass)) >> 11);
  return number * 0x1.0p-53 < fault.probability;
}

bool concerns_call(const HttpFault& fault, const HttpCall& call) {
  if (fault.action != call.action) return false;
  if (!matches_pattern(fault.service, call.service) || !matches_pattern(fault.method, call.method)) return false;
  if (!matches_pattern(fault.path, call.path)) return false;
  if (fault.project.empty()) return true;
  const std::vector<std::string> projects = call.projects ? call.projects() : std::vector<std::string>();
  return std::find(projects.begin(), projects.end(), fault.project) != projects.end();
}

}  // namespace

bool matches_pattern(std::string_view pattern, std::string_view text) {
  // Each star is given as little as will do, and more when what follows does not fit.
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t star_text = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      star_text = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++star_text;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

std::uint32_t HttpFaults::add(HttpFault fault) {
  const std::lock_guard<std::mutex> lock(mutex_);
  entries_.push_back({std::move(fault)});
  return static_cast<std::uint32_t>(entries_.size() - 1);
}

void HttpFaults::switch_off(std::uint32_t index) {
  const std::lock_guard<std::mutex> lock(mutex_);
  entries_.at(index).is_off = true;
}

std::vector<HttpFaults::Entry> HttpFaults::entries() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return entries_;
}

void HttpFaults::clear() {
  const std::lock_guard<std::mutex> lock(mutex_);
  entries_.clear();
}

std::optional<HttpFault> HttpFaults::meet(const HttpCall& call) {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::optional<HttpFault> met;
  for (Entry& entry : entries_) {
    if (entry.is_off || !concerns_call(entry.fault, call)) continue;
    const int pass = ++entry.passed;
    const bool is_due = entry.fault.nth == HttpFault::every || entry.fault.nth == pass;
    if (met || !is_due || !is_hit(entry.fault, pass)) continue;
    ++entry.happened;
    met = entry.fault;
  }
  return met;
}

}  // namespace snapsim
