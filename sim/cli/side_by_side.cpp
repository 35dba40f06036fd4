#include "sim/cli/side_by_side.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <thread>
#include <vector>

namespace snapsim {

std::uint64_t side_by_side(int jobs, std::uint64_t count, std::uint64_t chunk, const std::function<bool()>& is_over,
                           const std::function<std::function<void(std::uint64_t)>()>& make_worker) {
  std::atomic<std::uint64_t> next{0};
  std::atomic<bool> has_failed{false};
  std::exception_ptr failure;
  const auto work = [&] {
    try {
      const std::function<void(std::uint64_t)> worker = make_worker();
      while (!has_failed && !is_over()) {
        const std::uint64_t begin = next.fetch_add(chunk);
        if (begin >= count) return;
        for (std::uint64_t i = begin; i < std::min(begin + chunk, count); ++i) worker(i);
      }
    } catch (...) {
      if (!has_failed.exchange(true)) failure = std::current_exception();
    }
  };
  const std::uint64_t chunks = (count + chunk - 1) / chunk;
  {
    std::vector<std::jthread> helpers;
    for (std::uint64_t i = 1; i < std::min(static_cast<std::uint64_t>(jobs), chunks); ++i) helpers.emplace_back(work);
    work();
  }
  if (failure) std::rethrow_exception(failure);
  return std::min<std::uint64_t>(next, count);
}

}  // namespace snapsim
