#include "real/disk_content.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace snapsim {
namespace {

static_assert(std::endian::native == std::endian::little, "The content would differ on a big-endian machine.");

constexpr std::uint64_t golden_gamma = 0x9e3779b97f4a7c15;

/// The finalizer of splitmix64.
constexpr std::uint64_t mixed(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

std::uint64_t seed_of(const std::string& name) {
  std::uint64_t seed = golden_gamma;
  for (const char c : name) seed = mixed(seed + static_cast<unsigned char>(c));
  return seed;
}

/// Pseudo-random bytes of a stream. Word i depends on i alone, so the compiler can make several at once.
void fill_stream(std::uint64_t stream, std::span<std::byte> bytes) {
  const std::size_t words = bytes.size() / 8;
  for (std::size_t i = 0; i < words; ++i) {
    const std::uint64_t word = mixed(stream + i * golden_gamma);
    std::memcpy(bytes.data() + i * 8, &word, 8);
  }
  const std::uint64_t last = mixed(stream + words * golden_gamma);
  std::memcpy(bytes.data() + words * 8, &last, bytes.size() % 8);
}

constexpr std::int64_t blocks_for(std::int64_t bytes) {
  return (bytes + DiskContent::block_bytes - 1) / DiskContent::block_bytes;
}

BlockRange intersection(const BlockRange& a, const BlockRange& b) {
  return {std::max(a.begin, b.begin), std::min(a.end, b.end)};
}

}  // namespace

DiskContent::DiskContent(const DiskSpec& spec)
    : seed_(seed_of(spec.name)),
      size_bytes_(spec.size_bytes),
      used_bytes_(spec.used_bytes),
      filled_blocks_(blocks_for(spec.used_bytes)),
      blocks_(std::max<std::int64_t>(filled_blocks_, 1)) {}

std::int64_t DiskContent::bytes_of(std::int64_t block) const {
  return std::min(block_bytes, size_bytes_ - block * block_bytes);
}

/// 0: as filled before the run; n + 1: as write n left it.
std::uint64_t DiskContent::version(std::int64_t block, std::uint64_t generation) const {
  const auto first = static_cast<std::uint64_t>(block);
  const auto step = static_cast<std::uint64_t>(blocks_);
  return generation <= first ? 0 : first + (generation - 1 - first) / step * step + 1;
}

void DiskContent::fill(std::int64_t block, const DiskState& state, std::span<std::byte> bytes) const {
  const std::uint64_t found = version(block, block < back_begins() ? state.front : state.back);
  fill_stream(mixed(mixed(seed_ + static_cast<std::uint64_t>(block)) + found * golden_gamma), bytes);
  if (found > 0) return;
  const std::int64_t used = std::clamp<std::int64_t>(used_bytes_ - block * block_bytes, 0, std::ssize(bytes));
  std::ranges::fill(bytes.subspan(static_cast<std::size_t>(used)), std::byte{0});
}

void DiskContent::fill_run(std::int64_t first, const DiskState& state, std::span<std::byte> bytes) const {
  for (std::int64_t block = first; !bytes.empty(); ++block) {
    const auto length = static_cast<std::size_t>(bytes_of(block));
    fill(block, state, bytes.first(length));
    bytes = bytes.subspan(length);
  }
}

DiskContent::Touched DiskContent::touched(std::uint64_t from, std::uint64_t to, const BlockRange& within) const {
  Touched touched{};
  if (from >= to) return touched;
  const auto count = static_cast<std::uint64_t>(blocks_);
  if (to - from >= count) {
    touched.ranges[0] = intersection({0, blocks_}, within);
    return touched;
  }
  const auto begin = static_cast<std::int64_t>(from % count);
  const std::int64_t end = begin + static_cast<std::int64_t>(to - from);
  touched.ranges[0] = intersection({begin, std::min(end, blocks_)}, within);
  touched.ranges[1] = intersection({0, end - blocks_}, within);
  return touched;
}

std::optional<std::uint64_t> DiskContent::instant_of(const DiskState& state) const {
  const auto [from, to] = state;
  if (from >= to) return from == to ? std::optional(from) : std::nullopt;
  // The front has not changed until its first write after `from`; the back is as now since its last write before `to`.
  const auto count = static_cast<std::uint64_t>(blocks_);
  const auto half = static_cast<std::uint64_t>(back_begins());
  std::uint64_t front_holds_until = from;
  while (front_holds_until < to && front_holds_until % count >= half) ++front_holds_until;
  std::uint64_t back_holds_since = to;
  while (back_holds_since > from && (back_holds_since - 1) % count < half) --back_holds_since;
  if (back_holds_since > front_holds_until) return std::nullopt;
  return back_holds_since;
}

}  // namespace snapsim
