#include "sim/choice/random.hpp"

#include <bit>

namespace snapsim {

RandomChoices::RandomChoices(std::uint64_t seed) {
  for (std::uint64_t i = 0; i < state_.size(); ++i) state_[i] = mix_bits(seed * 4 + i);
}

std::uint32_t RandomChoices::choose(const ChoicePoint&, std::uint32_t alternatives) {
  // The high half of a 32 x 32 bit product: uniform but for a bias of alternatives / 2^32.
  return static_cast<std::uint32_t>((next() >> 32) * alternatives >> 32);
}

std::uint64_t RandomChoices::next() {
  const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  const std::uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

}  // namespace snapsim
