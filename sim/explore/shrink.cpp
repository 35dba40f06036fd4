#include "sim/explore/shrink.hpp"

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

namespace snapsim {
namespace {

/// Blocks up to this size are tried in every size; larger ones in powers of two.
constexpr std::size_t small_block_max = 8;
/// Numbers up to this one are tried one by one, because what fails need not be monotone in them.
constexpr std::uint32_t small_number_max = 16;
/// How far apart two numbers may stand that are changed together.
constexpr std::size_t pair_distance_max = 8;
/// How many numbers an element of a list may be drawn as.
constexpr std::size_t element_size_max = 4;

/// The largest n in [0, max] that `holds`, if it holds up to some n and not beyond; one that holds in any case. What
/// holds for 0 is not asked.
template <class Holds>
std::uint32_t largest(std::uint32_t max, const Holds& holds) {
  if (max == 0 || holds(max)) return max;
  std::uint32_t good = 0;
  std::uint32_t bad = max;
  for (std::uint32_t step = 1; step < bad - good; step *= 2) {
    if (!holds(good + step)) {
      bad = good + step;
      break;
    }
    good += step;
    if (step > bad / 2) break;
  }
  while (bad - good > 1) {
    const std::uint32_t middle = good + (bad - good) / 2;
    (holds(middle) ? good : bad) = middle;
  }
  return good;
}

class Shrinker {
 public:
  Shrinker(Picks picks, const std::function<bool(const Picks&)>& still_fails, const ShrinkLimits& limits)
      : best_(std::move(picks)), still_fails_(still_fails), limits_(limits) {}

  Shrunk run() {
    Picks before;
    do {
      before = best_;
      delete_blocks();
      delete_elements_of_lists();
      zero_blocks();
      lower_each();
      lower_pairs();
      swap_blocks();
      redistribute();
    } while (!is_ended_ && best_ != before);
    return {std::move(best_), runs_, !is_ended_};
  }

 private:
  /// Takes the candidate if it is simpler and still fails.
  bool take(Picks candidate) {
    if (is_ended_ || !is_simpler(candidate, best_) || !tried_.insert(candidate).second) return false;
    if (runs_ >= limits_.runs_max || (limits_.is_time_up && limits_.is_time_up())) {
      is_ended_ = true;
      return false;
    }
    ++runs_;
    if (!still_fails_(candidate)) return false;
    best_ = std::move(candidate);
    return true;
  }

  /// Calls `pass(size)` for each size of block, from large to small.
  template <class Pass>
  void for_each_block_size(const Pass& pass) {
    std::size_t size = small_block_max;
    while (size * 2 <= best_.size()) size *= 2;
    for (; size > small_block_max; size /= 2) pass(size);
    for (; size > 0; --size) pass(size);
  }

  bool take_without(std::size_t begin, std::size_t size) {
    if (begin + size > best_.size()) return false;
    Picks candidate = best_;
    const auto first = candidate.begin() + static_cast<std::ptrdiff_t>(begin);
    candidate.erase(first, first + static_cast<std::ptrdiff_t>(size));
    return take(std::move(candidate));
  }

  /// From the end: what a number means depends on those before it.
  void delete_blocks() {
    for_each_block_size([this](std::size_t size) {
      for (std::size_t end = best_.size(); end >= size && !is_ended_;) {
        end = take_without(end - size, size) ? std::min(end, best_.size()) : end - 1;
      }
    });
  }

  /// Lowers a number by one and deletes some that were drawn after it, as of a list whose length is drawn first.
  void delete_elements_of_lists() {
    for (std::size_t length = 0; length < best_.size(); ++length) {
      for (std::size_t size = 1; size <= element_size_max; ++size) {
        for (std::size_t begin = length + 1; begin < best_.size() && best_[length] > 0 && !is_ended_;) {
          if (!take_shorter_list(length, begin, size)) ++begin;
        }
      }
    }
  }

  bool take_shorter_list(std::size_t length, std::size_t begin, std::size_t size) {
    if (begin + size > best_.size()) return false;
    Picks candidate = best_;
    --candidate[length];
    const auto first = candidate.begin() + static_cast<std::ptrdiff_t>(begin);
    candidate.erase(first, first + static_cast<std::ptrdiff_t>(size));
    return take(std::move(candidate));
  }

  void zero_blocks() {
    for_each_block_size([this](std::size_t size) {
      for (std::size_t begin = 0; begin + size <= best_.size() && !is_ended_; ++begin) {
        Picks candidate = best_;
        std::fill_n(candidate.begin() + static_cast<std::ptrdiff_t>(begin), size, 0U);
        take(std::move(candidate));
      }
    });
  }

  bool take_with(std::size_t at, std::uint32_t number) {
    if (at >= best_.size()) return false;
    Picks candidate = best_;
    candidate[at] = number;
    return take(std::move(candidate));
  }

  void lower_each() {
    for (std::size_t i = 0; i < best_.size() && !is_ended_; ++i) {
      for (std::uint32_t small = 0; small < std::min(best_[i], small_number_max + 1); ++small) {
        if (take_with(i, small)) break;
      }
      const std::uint32_t from = best_[i];
      largest(from, [this, i, from](std::uint32_t less) { return take_with(i, from - less); });
    }
  }

  /// Calls `pass(i, j)` for all pairs that are not far apart, while there is something to lower at i.
  template <class Pass>
  void for_each_pair(const Pass& pass) {
    for (std::size_t i = 0; i < best_.size(); ++i) {
      for (std::size_t j = i + 1; j < best_.size() && j <= i + pair_distance_max; ++j) {
        if (best_[i] > 0 && !is_ended_) pass(i, j);
      }
    }
  }

  /// Lowers two numbers by the same amount: their difference may be what matters.
  void lower_pairs() {
    for_each_pair([this](std::size_t i, std::size_t j) {
      const Picks from = best_;
      largest(std::min(from[i], from[j]), [this, i, j, &from](std::uint32_t less) {
        Picks candidate = from;
        candidate[i] -= less;
        candidate[j] -= less;
        return take(std::move(candidate));
      });
    });
  }

  /// Puts the smaller of two neighbours first, be they numbers or blocks of the same size.
  void swap_blocks() {
    for (std::size_t size = 1; size <= element_size_max; ++size) {
      for (std::size_t begin = 0; begin + 2 * size <= best_.size() && !is_ended_; ++begin) {
        // Sinks as far to the front as it goes.
        for (std::size_t at = begin; take_swapped(at, size) && at >= size;) at -= size;
      }
    }
  }

  bool take_swapped(std::size_t begin, std::size_t size) {
    Picks candidate = best_;
    const auto first = candidate.begin() + static_cast<std::ptrdiff_t>(begin);
    std::swap_ranges(first, first + static_cast<std::ptrdiff_t>(size), first + static_cast<std::ptrdiff_t>(size));
    return take(std::move(candidate));
  }

  /// Lowers a number and raises a later one by as much: their sum may be what matters.
  void redistribute() {
    for_each_pair([this](std::size_t i, std::size_t j) {
      const Picks from = best_;
      const std::uint32_t room = std::numeric_limits<std::uint32_t>::max() - from[j];
      largest(std::min(from[i], room), [this, i, j, &from](std::uint32_t amount) {
        Picks candidate = from;
        candidate[i] -= amount;
        candidate[j] += amount;
        return take(std::move(candidate));
      });
    });
  }

  Picks best_;
  const std::function<bool(const Picks&)>& still_fails_;
  const ShrinkLimits& limits_;
  std::set<Picks> tried_;
  std::uint64_t runs_ = 0;
  bool is_ended_ = false;
};

}  // namespace

bool is_simpler(const Picks& one, const Picks& other) {
  return one.size() != other.size() ? one.size() < other.size() : one < other;
}

Shrunk shrink(Picks picks, const std::function<bool(const Picks&)>& still_fails, const ShrinkLimits& limits) {
  return Shrinker(std::move(picks), still_fails, limits).run();
}

}  // namespace snapsim
