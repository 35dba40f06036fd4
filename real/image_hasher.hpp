#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "fake_glance/image_store.hpp"

struct evp_md_ctx_st;

namespace snapsim {

/// A hash that is being computed by OpenSSL.
class Digest {
 public:
  /// `name` as OpenSSL knows it: "md5", "sha512". Throws std::runtime_error where OpenSSL does not offer it.
  explicit Digest(const char* name);
  void update(std::span<const std::byte> bytes);
  /// Ends it; in hexadecimal.
  std::string finish();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

/// The two hashes that Glance keeps of an image.
struct ImageHasher {
  Digest checksum{"md5"};
  Digest os_hash_value{"sha512"};

  ImageHashes finish() { return {checksum.finish(), os_hash_value.finish()}; }
};

}  // namespace snapsim
