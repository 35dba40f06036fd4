#pragma once

#include <array>
#include <cstdint>

#include "sim/choice/choice_source.hpp"

namespace snapsim {

/// Mixes 64 bits so that near inputs give unrelated outputs (the finaliser of SplitMix64, Steele et al. 2014). The base
/// of everything that has to look random and be the same everywhere.
constexpr std::uint64_t mix_bits(std::uint64_t bits) {
  bits += 0x9e3779b97f4a7c15;
  bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9;
  bits = (bits ^ (bits >> 27)) * 0x94d049bb133111eb;
  return bits ^ (bits >> 31);
}

/// Every alternative with the same probability, from a seed (xoshiro256**, Blackman and Vigna 2018). The same numbers
/// on every compiler and machine.
class RandomChoices final : public ChoiceSource {
 public:
  explicit RandomChoices(std::uint64_t seed);
  std::uint32_t choose(const ChoicePoint& point, std::uint32_t alternatives) override;

 private:
  std::uint64_t next();
  std::array<std::uint64_t, 4> state_;
};

}  // namespace snapsim
