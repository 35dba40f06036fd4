#include "fake_glance/http/import_filter.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cctype>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace snapsim {
namespace {

template <class T>
bool is_listed(const std::vector<T>& list, const T& wanted) {
  return std::find(list.begin(), list.end(), wanted) != list.end();
}

/// Neither on the list of what is forbidden, nor missing on the one of what is allowed.
template <class T>
bool may_pass(const std::vector<T>& allowed, const std::vector<T>& disallowed, const T& wanted) {
  return allowed.empty() ? !is_listed(disallowed, wanted) : is_listed(allowed, wanted);
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// An address of 4 or 16 bytes; none where the text is no IP address in its usual notation.
std::optional<std::vector<std::uint8_t>> address_bytes(const std::string& text) {
  std::vector<std::uint8_t> bytes(4);
  if (::inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) return bytes;
  bytes.resize(16);
  if (::inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) return bytes;
  return std::nullopt;
}

std::string address_text(const std::vector<std::uint8_t>& bytes) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  ::inet_ntop(bytes.size() == 4 ? AF_INET : AF_INET6, bytes.data(), text.data(), text.size());
  return text.data();
}

/// The same address always in the same notation; a name as it is.
std::string normal_host(const std::string& host) {
  const auto bytes = address_bytes(host);
  return bytes ? address_text(*bytes) : host;
}

bool is_loopback_or_link_local(std::vector<std::uint8_t> bytes) {
  constexpr std::array<std::uint8_t, 12> mapped_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (bytes.size() == 16 && std::equal(mapped_prefix.begin(), mapped_prefix.end(), bytes.begin())) {
    bytes.erase(bytes.begin(), bytes.begin() + 12);
  }
  if (bytes.size() == 4) return bytes[0] == 127 || (bytes[0] == 169 && bytes[1] == 254);
  if (bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80) return true;
  return bytes[15] == 1 && std::all_of(bytes.begin(), bytes.begin() + 15, [](std::uint8_t one) { return one == 0; });
}

/// All addresses of a host; empty where there are none.
std::vector<std::string> addresses_of(const std::string& host) {
  if (address_bytes(host)) return {host};
  // Such a name would be taken for an address in an unusual notation, as 127.1 is.
  const bool is_of_digits = std::all_of(host.begin(), host.end(), [](char c) { return is_digit(c) || c == '.'; });
  if (is_of_digits) return {};
  // With a dot at its end it is a name for DNS and cannot be 0x7f000001.
  const std::string name = host.ends_with('.') ? host : host + ".";
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* answer = nullptr;
  if (::getaddrinfo(name.c_str(), nullptr, &hints, &answer) != 0) return {};
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(answer, ::freeaddrinfo);
  std::vector<std::string> found;
  for (const addrinfo* one = answer; one != nullptr; one = one->ai_next) {
    std::vector<std::uint8_t> bytes;
    if (one->ai_family == AF_INET) {
      const auto* address =
          reinterpret_cast<const std::uint8_t*>(&reinterpret_cast<const sockaddr_in*>(one->ai_addr)->sin_addr);
      bytes.assign(address, address + 4);
    } else if (one->ai_family == AF_INET6) {
      const auto* address =
          reinterpret_cast<const std::uint8_t*>(&reinterpret_cast<const sockaddr_in6*>(one->ai_addr)->sin6_addr);
      bytes.assign(address, address + 16);
    }
    if (!bytes.empty()) found.push_back(address_text(bytes));
  }
  return found;
}

/// Host and port of "user@host:port"; false where that cannot be read. Port -1: none is said.
bool split_netloc(std::string_view netloc, std::string& host, int& port) {
  if ((netloc.find('[') == std::string_view::npos) != (netloc.find(']') == std::string_view::npos)) return false;
  const std::size_t at = netloc.rfind('@');
  std::string_view rest = at == std::string_view::npos ? netloc : netloc.substr(at + 1);
  std::string_view after;
  if (rest.starts_with('[')) {
    const std::size_t end = rest.find(']');
    if (end == std::string_view::npos) return false;
    host = lower_case(rest.substr(1, end - 1));
    after = rest.substr(end + 1);
  } else {
    const std::size_t colon = std::min(rest.find(':'), rest.size());
    host = lower_case(rest.substr(0, colon));
    after = rest.substr(colon);
  }
  port = -1;
  if (after.empty() || after == ":") return true;
  if (after.front() != ':' || !std::all_of(after.begin() + 1, after.end(), is_digit) || after.size() > 6) return false;
  port = std::stoi(std::string(after.substr(1)));
  return port <= 65535;
}

/// urllib.parse.urlsplit: scheme, netloc and target.
ImportUri split_uri(std::string_view text) {
  ImportUri made;
  std::string uri;
  for (const char c : text) {
    if (c != '\t' && c != '\r' && c != '\n') uri += c;
  }
  const auto is_blank = [](char c) { return c >= 0 && c <= ' '; };
  uri.erase(uri.begin(), std::find_if_not(uri.begin(), uri.end(), is_blank));
  const std::size_t colon = uri.find(':');
  const bool has_scheme = colon != std::string::npos && colon > 0 &&
                          std::isalpha(static_cast<unsigned char>(uri[0])) != 0 &&
                          std::all_of(uri.begin(), uri.begin() + static_cast<std::ptrdiff_t>(colon), [](char c) {
                            return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '+' || c == '-' || c == '.';
                          });
  if (!has_scheme) return made;
  made.scheme = lower_case(uri.substr(0, colon));
  std::string rest = uri.substr(colon + 1);
  rest.resize(std::min(rest.find('#'), rest.size()));
  if (!rest.starts_with("//")) return made;
  const std::size_t end = std::min(rest.find_first_of("/?", 2), rest.size());
  made.netloc = rest.substr(2, end - 2);
  made.target = rest.substr(end);
  if (!made.target.starts_with('/')) made.target.insert(0, "/");
  return made;
}

}  // namespace

std::optional<ImportUri> filtered_uri(const ImportFilter& filter, std::string_view uri) {
  ImportUri made = split_uri(uri);
  if (made.scheme.empty() || !may_pass(filter.allowed_schemes, filter.disallowed_schemes, made.scheme)) {
    return std::nullopt;
  }
  int port = -1;
  if (!split_netloc(made.netloc, made.host, port) || made.host.empty()) return std::nullopt;
  made.host = normal_host(made.host);
  const auto normal = [](std::vector<std::string> hosts) {
    for (std::string& host : hosts) host = normal_host(lower_case(host));
    return hosts;
  };
  const std::vector<std::string> allowed = normal(filter.allowed_hosts);
  const std::vector<std::string> disallowed = normal(filter.disallowed_hosts);
  if (!may_pass(allowed, disallowed, made.host)) return std::nullopt;
  // As in Glance, a port that is not said is not looked at.
  if (port > 0 && !may_pass(filter.allowed_ports, filter.disallowed_ports, port)) return std::nullopt;
  made.port = port > 0 ? port : made.scheme == "https" ? 443 : 80;
  for (const std::string& address : addresses_of(made.host)) {
    const bool is_trusted = is_listed(allowed, made.host);
    const bool is_near = is_loopback_or_link_local(*address_bytes(address));
    if (!is_trusted && (is_near || (allowed.empty() && is_listed(disallowed, address)))) continue;
    made.address = address;
    return made;
  }
  return std::nullopt;
}

std::string joined_uri(const ImportUri& base, std::string_view location) {
  const std::string text(location);
  if (!split_uri(text).scheme.empty()) return text;
  if (text.starts_with("//")) return base.scheme + ":" + text;
  const std::string root = base.scheme + "://" + base.netloc;
  if (text.starts_with("/")) return root + text;
  std::string path = base.target.substr(0, base.target.find('?'));
  if (!text.starts_with("?")) path.resize(path.rfind('/') + 1);
  return root + path + text;
}

}  // namespace snapsim
