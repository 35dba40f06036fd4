#pragma once

#include <cstddef>
#include <string>

namespace snapsim::testing {

/// Bytes that differ everywhere.
std::string pattern(std::size_t count);
/// The hash of that name, "md5" or "sha512", in hex.
std::string hash_of(const char* name, const std::string& text);

}  // namespace snapsim::testing
