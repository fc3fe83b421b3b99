#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "telephony/sip/params.h"

namespace tandem::sip {

/// What makes a branch unique (RFC 3261 section 8.1.1.7).
inline constexpr std::string_view kMagicCookie = "z9hG4bK";

/// One Via value (RFC 3261 section 20.42, RFC 3581 for rport).
struct Via {
  std::string_view transport;  // as written: "UDP", "TLS", ...
  std::string_view host;       // sent-by
  uint16_t port = 0;           // 0: not given
  Params params;

  std::string_view branch() const { return params.get("branch"); }
  /// Whether the branch is a true transaction id: the cookie and something behind it.
  bool has_unique_branch() const;
  /// Address of `received`, without brackets; empty when there is none.
  std::string_view received() const;
  /// Whether an rport was asked for or filled in.
  bool wants_rport() const { return params.has("rport"); }
};

std::optional<Via> parse_via(std::string_view value);

}  // namespace tandem::sip
