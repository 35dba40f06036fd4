#include "tests/fake_glance/image_bytes.hpp"

#include <cstdint>
#include <span>

#include "real/image_hasher.hpp"

namespace snapsim::testing {

std::string pattern(std::size_t count) {
  std::string text(count, 0);
  std::uint64_t state = 88172645463325252ull;
  for (char& c : text) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    c = static_cast<char>(state);
  }
  return text;
}

std::string hash_of(const char* name, const std::string& text) {
  Digest digest(name);
  digest.update(std::as_bytes(std::span(text)));
  return digest.finish();
}

}  // namespace snapsim::testing
