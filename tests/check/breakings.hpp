#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "sim/check/invariant.hpp"
#include "tests/check/small_cloud.hpp"

namespace snapsim::testing {

/// One way to break an invariant in a real world, and what has to be said about it.
struct Breaking {
  enum class Moment : std::uint8_t {
    before_run,  ///< damage the world; the damage shows while it runs
    after_run,   ///< damage a world that has come to rest soundly
  };

  std::string_view invariant;
  std::string_view how;  ///< in words
  Moment moment{};
  void (*apply)(SmallCloud&) = nullptr;
  Violation::Subject subject_kind{};
  std::uint32_t subject = 0;
  std::string message;
  std::size_t findings = 1;  ///< the rest of which the message says nothing
};

/// At least one for every invariant.
std::span<const Breaking> breakings();

}  // namespace snapsim::testing
