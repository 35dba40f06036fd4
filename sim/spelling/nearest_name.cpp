#include "sim/spelling/nearest_name.hpp"

#include <algorithm>

#include "sim/spelling/printable.hpp"

namespace snapsim {
namespace {

/// Nobody misspells a longer word by a letter or two, and the work grows with the square.
constexpr std::size_t length_max = 64;
/// With more edits than these it is another word; the bound also keeps ten thousand candidates cheap.
constexpr std::size_t edits_max = 3;

char lower(char character) {
  return character >= 'A' && character <= 'Z' ? static_cast<char>(character - 'A' + 'a') : character;
}

bool same(char left, char right) {
  return lower(left) == lower(right);
}

}  // namespace

std::size_t edit_distance(std::string_view left, std::string_view right, std::size_t limit) {
  const std::size_t gap = left.size() > right.size() ? left.size() - right.size() : right.size() - left.size();
  if (gap > limit) return limit + 1;
  const std::size_t beyond = limit + 1;
  // Three rows of the usual table: for i - 2, i - 1 and i characters of `left`. Only cells near the diagonal are worked
  // out: further away more than `limit` characters have been put in or taken out.
  std::vector<std::size_t> older(right.size() + 1, beyond);
  std::vector<std::size_t> old(right.size() + 1, beyond);
  std::vector<std::size_t> row(right.size() + 1, beyond);
  for (std::size_t j = 0; j <= std::min(limit, right.size()); ++j) old[j] = j;
  for (std::size_t i = 1; i <= left.size(); ++i) {
    const std::size_t first = i > limit ? i - limit : 0;
    const std::size_t last = std::min(i + limit, right.size());
    std::size_t smallest = beyond;
    if (first > 0) row[first - 1] = beyond;
    for (std::size_t j = first; j <= last; ++j) {
      if (j == 0) {
        row[j] = i;
      } else {
        const std::size_t above = j < i + limit ? old[j] : beyond;
        row[j] = std::min({above + 1, row[j - 1] + 1, old[j - 1] + (same(left[i - 1], right[j - 1]) ? 0 : 1)});
        const bool swapped = i > 1 && j > 1 && same(left[i - 1], right[j - 2]) && same(left[i - 2], right[j - 1]);
        if (swapped) row[j] = std::min(row[j], older[j - 2] + 1);
      }
      smallest = std::min(smallest, row[j]);
    }
    if (smallest > limit) return beyond;
    std::swap(older, old);
    std::swap(old, row);
  }
  return std::min(old[right.size()], beyond);
}

std::string nearest_name(std::string_view wanted, const std::vector<std::string>& candidates) {
  if (wanted.empty() || wanted.size() > length_max) return {};
  // A third of the letters may be wrong, but no more than three; in words of one or two letters, one.
  std::size_t limit = std::clamp<std::size_t>(wanted.size() / 3, 1, edits_max);
  std::string nearest;
  for (const std::string& candidate : candidates) {
    if (candidate.size() > length_max) continue;
    const std::size_t distance = edit_distance(wanted, candidate, limit);
    if (distance > limit) continue;
    nearest = candidate;
    // From now on only a nearer one is of interest.
    if (distance == 0) break;
    limit = distance - 1;
  }
  return nearest;
}

std::string did_you_mean(std::string_view nearest) {
  return nearest.empty() ? "" : "; did you mean " + snapsim::quoted(nearest) + "?";
}

}  // namespace snapsim
