#pragma once

namespace snapsim::test {

/// Whether program and tests are built with sanitizers, which make them many times slower.
#ifdef SNAPSIM_SANITIZED
inline constexpr bool is_sanitized = true;
#else
inline constexpr bool is_sanitized = false;
#endif

}  // namespace snapsim::test
