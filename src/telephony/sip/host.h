#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace tandem::sip {

class Cursor;

/// A host and perhaps a port, as they stand in URIs and Via.
struct HostPort {
  std::string_view host;  // an IPv6 reference keeps its brackets
  uint16_t port = 0;      // 0: not given
};

/// Whether `text` is a host name (letters, digits, hyphens, underscores, dots).
bool is_host_name(std::string_view text);
/// Whether `text` is `[...]` around an IPv6 address. `:::` is borne (RFC 5118 section 4.10).
bool is_ipv6_reference(std::string_view text);
/// host [":" port]; white space around the colon only when `spaces` (as in Via).
std::optional<HostPort> parse_host_port(Cursor& cursor, bool spaces);

}  // namespace tandem::sip
