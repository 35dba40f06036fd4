#include "real/image_hasher.hpp"

#include <array>
#include <stdexcept>

#include <openssl/evp.h>

namespace snapsim {

Digest::Digest(const char* name) : context_(EVP_MD_CTX_new()) {
  const EVP_MD* algorithm = EVP_get_digestbyname(name);
  if (!context_ || algorithm == nullptr || EVP_DigestInit_ex(context_.get(), algorithm, nullptr) != 1) {
    throw std::runtime_error(std::string("OpenSSL does not offer ") + name);
  }
}

void Digest::update(std::span<const std::byte> bytes) {
  if (EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) != 1) {
    throw std::runtime_error("OpenSSL failed at hashing");
  }
}

std::string Digest::finish() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  if (EVP_DigestFinal_ex(context_.get(), digest.data(), &length) != 1) {
    throw std::runtime_error("OpenSSL failed at hashing");
  }
  constexpr const char* digits = "0123456789abcdef";
  std::string text;
  for (unsigned int i = 0; i < length; ++i) {
    text += digits[digest[i] >> 4];
    text += digits[digest[i] & 0xf];
  }
  return text;
}

void Digest::Free::operator()(evp_md_ctx_st* context) const {
  EVP_MD_CTX_free(context);
}

}  // namespace snapsim
