#include "sim/serve/http_faults.hpp"

#include <algorithm>
#include <utility>

#include "sim/serve/http_operations.hpp"

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

bool HttpFaults::concerns(const HttpFault& fault, const Kind& kind) {
  if (fault.action != kind.action) return false;
  if (!matches_pattern(fault.service, kind.service) || !matches_pattern(fault.method, kind.method)) return false;
  if (!matches_pattern(fault.path, kind.path)) return false;
  if (!fault.operation.empty() && fault.operation != operation_of(kind.service, kind.method, kind.path)) return false;
  return fault.project.empty() ||
         std::find(kind.projects.begin(), kind.projects.end(), fault.project) != kind.projects.end();
}

std::uint32_t HttpFaults::add(HttpFault fault) {
  const std::lock_guard<std::mutex> lock(mutex_);
  Entry entry{std::move(fault)};
  for (const auto& [kind, count] : met_) {
    if (concerns(entry.fault, kind)) entry.before += count;
  }
  entries_.push_back(std::move(entry));
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

std::vector<HttpFault> HttpFaults::faults_of_session() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::vector<HttpFault> faults;
  for (const Entry& entry : entries_) {
    if (entry.is_off && entry.happened == 0) continue;
    HttpFault fault = entry.fault;
    if (entry.is_off) {
      const int asked = entry.passed - fault.after_requests;
      fault.for_requests = fault.for_requests == 0 ? asked : std::min(fault.for_requests, asked);
    }
    fault.after_requests += entry.before;
    faults.push_back(std::move(fault));
  }
  return faults;
}

void HttpFaults::clear() {
  const std::lock_guard<std::mutex> lock(mutex_);
  entries_.clear();
  met_.clear();
}

std::optional<HttpFault> HttpFaults::meet(const HttpCall& call) {
  Kind kind{call.service, call.method, call.path, call.action, {}};
  if (call.projects) kind.projects = call.projects();
  const std::lock_guard<std::mutex> lock(mutex_);
  std::optional<HttpFault> met;
  for (Entry& entry : entries_) {
    if (entry.is_off || !concerns(entry.fault, kind)) continue;
    const int pass = ++entry.passed - entry.fault.after_requests;
    const bool is_asked = pass > 0 && (entry.fault.for_requests == 0 || pass <= entry.fault.for_requests);
    const bool is_due = entry.fault.nth == HttpFault::every || entry.fault.nth == pass;
    if (met || !is_asked || !is_due || !is_hit(entry.fault, pass)) continue;
    ++entry.happened;
    met = entry.fault;
  }
  if (met_.size() < kinds_max || met_.count(kind) > 0) ++met_[std::move(kind)];
  return met;
}

}  // namespace snapsim
