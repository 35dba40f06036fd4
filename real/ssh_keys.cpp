#include "real/ssh_keys.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "real/image_hasher.hpp"

namespace snapsim {
namespace {

constexpr std::size_t rsa_bits = 2048;
constexpr std::string_view rsa_name = "ssh-rsa";
/// A key that is as long as this is none that cryptography would take.
constexpr std::size_t blob_max_bytes = 16 * 1024;

template <class Object, void (*release)(Object*)>
struct Released {
  void operator()(Object* object) const { release(object); }
};
using KeyPointer = std::unique_ptr<EVP_PKEY, Released<EVP_PKEY, EVP_PKEY_free>>;
using NumberPointer = std::unique_ptr<BIGNUM, Released<BIGNUM, BN_free>>;
using MemoryPointer = std::unique_ptr<BIO, Released<BIO, BIO_free_all>>;

/// RFC 4251, section 5: "string", and "mpint" of a number that is not negative.
void append_ssh_string(std::string& blob, std::string_view text) {
  for (int shift = 24; shift >= 0; shift -= 8) blob += static_cast<char>(text.size() >> shift & 0xff);
  blob += text;
}

void append_ssh_number(std::string& blob, const EVP_PKEY* key, const char* name) {
  BIGNUM* found = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &found) != 1) throw std::runtime_error("OpenSSL tells nothing of its RSA key");
  const NumberPointer number(found);
  std::string bytes(static_cast<std::size_t>(BN_num_bytes(number.get())), '\0');
  BN_bn2bin(number.get(), reinterpret_cast<unsigned char*>(bytes.data()));
  const bool looks_negative = !bytes.empty() && (static_cast<unsigned char>(bytes.front()) & 0x80) != 0;
  append_ssh_string(blob, looks_negative ? std::string(1, '\0') + bytes : bytes);
}

std::string base64_of(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int length =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(length));
  return text;
}

/// The bytes that base64 stands for; empty: it is none.
std::string bytes_of_base64(std::string_view text) {
  if (text.empty() || text.size() % 4 != 0 || text.size() > blob_max_bytes) return {};
  std::string bytes(text.size() / 4 * 3, '\0');
  const int length =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                      reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  if (length < 0) return {};
  const std::size_t pads = text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
  bytes.resize(static_cast<std::size_t>(length) - pads);
  return bytes;
}

/// The next "string" of a blob, which is then behind it; none: there is no whole one.
std::optional<std::string_view> next_ssh_string(std::string_view& blob) {
  if (blob.size() < 4) return std::nullopt;
  std::size_t length = 0;
  for (std::size_t i = 0; i < 4; ++i) length = length << 8 | static_cast<unsigned char>(blob[i]);
  if (length > blob.size() - 4) return std::nullopt;
  const std::string_view found = blob.substr(4, length);
  blob.remove_prefix(4 + length);
  return found;
}

/// How many strings a key of that type has behind its name; 0: there is no such type.
int field_count(std::string_view type) {
  if (type == rsa_name || type.starts_with("ecdsa-sha2-nistp")) return 2;
  if (type == "ssh-ed25519") return 1;
  return type == "ssh-dss" ? 4 : 0;
}

}  // namespace

SshKey generated_ssh_key() {
  const KeyPointer key(EVP_RSA_gen(rsa_bits));
  const MemoryPointer memory(BIO_new(BIO_s_mem()));
  const bool is_written =
      key && memory &&
      PEM_write_bio_PrivateKey_traditional(memory.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1;
  if (!is_written) throw std::runtime_error("OpenSSL makes no RSA key");
  char* text = nullptr;
  const long length = BIO_get_mem_data(memory.get(), &text);
  std::string blob;
  append_ssh_string(blob, rsa_name);
  append_ssh_number(blob, key.get(), OSSL_PKEY_PARAM_RSA_E);
  append_ssh_number(blob, key.get(), OSSL_PKEY_PARAM_RSA_N);
  return {std::string(rsa_name) + " " + base64_of(blob) + " Generated-by-Nova",
          std::string(text, static_cast<std::size_t>(length))};
}

std::optional<std::string> ssh_fingerprint(std::string_view public_key) {
  const std::size_t space = public_key.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  const std::string_view type = public_key.substr(0, space);
  const std::string_view rest = public_key.substr(space + 1);
  const std::string blob = bytes_of_base64(rest.substr(0, rest.find_first_of(" \r\n")));
  std::string_view left = blob;
  const std::optional<std::string_view> name = next_ssh_string(left);
  int fields = field_count(type);
  if (!name || *name != type || fields == 0) return std::nullopt;
  for (; fields > 0; --fields) {
    const std::optional<std::string_view> field = next_ssh_string(left);
    if (!field || field->empty()) return std::nullopt;
  }
  if (!left.empty()) return std::nullopt;
  Digest md5("md5");
  md5.update(std::as_bytes(std::span(blob)));
  const std::string digits = md5.finish();
  std::string pairs;
  for (std::size_t i = 0; i < digits.size(); i += 2) pairs += (i == 0 ? "" : ":") + digits.substr(i, 2);
  return pairs;
}

}  // namespace snapsim
