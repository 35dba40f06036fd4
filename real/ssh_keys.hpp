#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace snapsim {

/// A pair of keys for SSH.
struct SshKey {
  std::string public_key;   ///< "ssh-rsa AAAA... Generated-by-Nova"
  std::string private_key;  ///< PEM
};

/// nova/crypto.py, generate_key_pair(): an RSA key of 2048 bits. Takes some tenths of a second. Throws
/// std::runtime_error where OpenSSL makes none.
SshKey generated_ssh_key();

/// nova/crypto.py, generate_fingerprint(): the MD5 of a public key as OpenSSH writes it, in pairs of hex digits; none:
/// it is no such key.
std::optional<std::string> ssh_fingerprint(std::string_view public_key);

}  // namespace snapsim
