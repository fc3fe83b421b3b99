#include <algorithm>
#include <charconv>

#include "http/client.h"
#include "runtime/socket.h"

namespace tandem::http {

namespace {

constexpr size_t kMaxUrlBytes = 8 * 1024;
constexpr size_t kMaxHostBytes = 253;  // RFC 1035 section 2.3.4
constexpr size_t kMaxLabelBytes = 63;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_host_char(char c) {
  return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-' || c == '.' || c == '_';
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return out;
}

uint16_t default_port(std::string_view scheme) {
  return scheme == "https" || scheme == "wss" ? 443 : 80;
}

/// Resolvers read "127.1", "0x7f000001" and the like as addresses; so must a name whose last label
/// is a number be a proper IPv4 address (as in the WHATWG URL standard, "ends in a number").
bool ends_in_number(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  const std::string_view last = host.substr(host.rfind('.') + 1);
  if (last.empty()) return false;
  if (last.starts_with("0x")) return true;
  return std::all_of(last.begin(), last.end(), is_digit);
}

Result<std::string> parse_name(std::string_view text) {
  std::string host = lower(text);
  if (host.empty() || host.size() > kMaxHostBytes) return fail("the URL's host is missing");
  if (!std::all_of(host.begin(), host.end(), is_host_char)) {
    return fail("the URL's host has characters that names do not have");
  }
  if (ends_in_number(host)) {
    if (!runtime::SocketAddress::parse(host, 0)) return fail("the URL's host is no IPv4 address");
    return host;
  }
  for (std::string_view rest = host; !rest.empty();) {
    const std::string_view label = rest.substr(0, rest.find('.'));
    if (label.empty() || label.size() > kMaxLabelBytes) return fail("the URL's host is malformed");
    rest.remove_prefix(std::min(label.size() + 1, rest.size()));
  }
  return host;
}

/// Reads `host[:port]` or `[v6][:port]` into the URL.
Result<void> parse_authority(std::string_view text, Url& url) {
  std::string_view port;
  if (text.starts_with('[')) {
    const size_t close = text.find(']');
    if (close == std::string_view::npos) return fail("the URL's address lacks its bracket");
    url.host = lower(text.substr(1, close - 1));
    const auto address = runtime::SocketAddress::parse(url.host, 0);
    if (!address || address->family() != AF_INET6) return fail("the URL's host is no IPv6 address");
    text.remove_prefix(close + 1);
    if (!text.empty() && text.front() != ':') return fail("the URL's host is malformed");
    port = text.empty() ? text : text.substr(1);
  } else {
    const size_t colon = text.find(':');
    auto name = parse_name(text.substr(0, colon));
    if (!name) return tl::unexpected(name.error());
    url.host = std::move(*name);
    if (colon != std::string_view::npos) port = text.substr(colon + 1);
  }
  url.port = default_port(url.scheme);
  if (port.empty()) return {};
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), url.port);
  if (error != std::errc() || end != port.data() + port.size() || url.port == 0) {
    return fail("the URL's port is no number from 1 to 65535");
  }
  return {};
}

/// Path and query; what is not ASCII is percent-encoded, what could split a request is refused.
Result<std::string> parse_target(std::string_view text) {
  std::string target;
  if (!text.starts_with('/')) target.push_back('/');
  for (const char c : text) {
    if (c == '#') break;
    if (c < 0) {
      target += url_encode(std::string_view(&c, 1));
    } else if (c <= 0x20 || c == 0x7f || c == '\\') {
      return fail("the URL has characters that must be percent-encoded");
    } else {
      target.push_back(c);
    }
  }
  return target;
}

}  // namespace

Result<Url> Url::parse(std::string_view text) {
  if (text.size() > kMaxUrlBytes) return fail("the URL is too long");
  const size_t mark = text.find("://");
  if (mark == std::string_view::npos) return fail("the URL has no scheme");
  Url url;
  url.scheme = lower(text.substr(0, mark));
  if (url.scheme != "http" && url.scheme != "https" && url.scheme != "ws" && url.scheme != "wss") {
    return fail("the URL's scheme is none of http, https, ws, wss");
  }
  std::string_view rest = text.substr(mark + 3);
  std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  rest.remove_prefix(authority.size());
  if (const size_t at = authority.rfind('@'); at != std::string_view::npos) {
    const auto user = url_decode(authority.substr(0, at));
    if (!user) return fail("the URL's user is malformed");
    url.userinfo = *user;
    authority.remove_prefix(at + 1);
  }
  if (auto parsed = parse_authority(authority, url); !parsed) {
    return tl::unexpected(parsed.error());
  }
  auto target = parse_target(rest);
  if (!target) return tl::unexpected(target.error());
  url.target = std::move(*target);
  return url;
}

std::string Url::authority() const {
  const bool v6 = host.find(':') != std::string::npos;
  std::string text = v6 ? "[" + host + "]" : host;
  if (port != default_port(scheme)) text += ":" + std::to_string(port);
  return text;
}

}  // namespace tandem::http
