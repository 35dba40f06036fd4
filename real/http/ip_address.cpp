#include "real/http/ip_address.hpp"

#include <arpa/inet.h>
#include <array>
#include <netinet/in.h>
#include <sys/socket.h>

namespace snapsim {

std::optional<std::string> written_ip_address(const std::string& text, IpFamily family) {
  const int number = family == IpFamily::ipv4 ? AF_INET : AF_INET6;
  std::array<unsigned char, sizeof(in6_addr)> parsed{};
  std::array<char, INET6_ADDRSTRLEN> written{};
  // A text that holds a zero byte is none.
  const bool is_whole = text.find('\0') == std::string::npos;
  if (!is_whole || ::inet_pton(number, text.c_str(), parsed.data()) != 1) return std::nullopt;
  return ::inet_ntop(number, parsed.data(), written.data(), written.size());
}

}  // namespace snapsim
