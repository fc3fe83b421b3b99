#include "telephony/sip/host.h"

#include <string>

#include <arpa/inet.h>

#include "telephony/sip/grammar.h"

namespace tandem::sip {
namespace {

constexpr size_t kMaxHostBytes = 255;

std::optional<std::string_view> read_host(Cursor& cursor) {
  const size_t start = cursor.position();
  if (cursor.peek() == '[') {
    cursor.until("]");
    if (!cursor.take(']')) return std::nullopt;
    const std::string_view reference = cursor.since(start);
    if (!is_ipv6_reference(reference)) return std::nullopt;
    return reference;
  }
  while (!cursor.done() && (is_alnum(cursor.peek()) || cursor.peek() == '-' ||
                            cursor.peek() == '.' || cursor.peek() == '_')) {
    cursor.advance();
  }
  const std::string_view name = cursor.since(start);
  if (!is_host_name(name)) return std::nullopt;
  return name;
}

}  // namespace

bool is_host_name(std::string_view text) {
  if (text.empty() || text.size() > kMaxHostBytes || text.front() == '.') return false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '.' && i + 1 < text.size() && text[i + 1] == '.') return false;
    if (!is_alnum(text[i]) && text[i] != '-' && text[i] != '.' && text[i] != '_') return false;
  }
  return true;
}

bool is_ipv6_reference(std::string_view text) {
  if (text.size() < 4 || text.size() > 64 || text.front() != '[' || text.back() != ']') {
    return false;
  }
  std::string address(text.substr(1, text.size() - 2));
  const size_t triple = address.find(":::");
  if (triple != std::string::npos) address.erase(triple, 1);
  in6_addr unused{};
  return inet_pton(AF_INET6, address.c_str(), &unused) == 1;
}

std::optional<HostPort> parse_host_port(Cursor& cursor, bool spaces) {
  const auto host = read_host(cursor);
  if (!host) return std::nullopt;
  HostPort result{*host, 0};
  const bool colon = spaces ? cursor.take_separator(':') : cursor.take(':');
  if (!colon) return result;
  const size_t start = cursor.position();
  while (is_digit(cursor.peek())) cursor.advance();
  const auto port = parse_number(cursor.since(start), 65'535);
  if (!port || *port == 0) return std::nullopt;
  result.port = static_cast<uint16_t>(*port);
  return result;
}

}  // namespace tandem::sip
