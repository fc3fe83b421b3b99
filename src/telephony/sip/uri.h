#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "telephony/sip/params.h"

namespace tandem::sip {

enum class Scheme : uint8_t { Sip, Sips, Tel, Urn, Other };

/// A URI taken apart, as views of the text it was read from (RFC 3261 section 19.1, RFC 3966 for
/// tel). Parts keep their escapes; unescape() resolves them.
struct Uri {
  Scheme scheme = Scheme::Other;
  std::string_view text;  // all of it
  std::string_view user;  // of tel: the number as written
  std::string_view password;
  std::string_view host;  // an IPv6 reference keeps its brackets
  uint16_t port = 0;      // 0: not given
  Params params;
  std::string_view headers;  // behind '?'; a Request-URI may have none
  std::string_view opaque;   // of other schemes: all behind the colon

  bool is_sip() const { return scheme == Scheme::Sip || scheme == Scheme::Sips; }
  /// The user part decoded; of tel: the number without visual separators.
  std::string user_text() const;
  /// The dialled number when the user part is one ('+' and digits, or digits), else empty.
  std::string number() const;
};

/// Nothing when the text breaks the grammar of its scheme or is longer than kMaxUriBytes.
std::optional<Uri> parse_uri(std::string_view text);

/// Equality as RFC 3261 section 19.1.4 has it for SIP URIs: escapes resolved, host and
/// parameters without case, user, ttl, method, maddr and transport must agree.
bool same_uri(const Uri& a, const Uri& b);

/// `sip:user@host:port`; user is escaped, port 0 is left out, an empty user too.
std::string make_sip_uri(std::string_view user, std::string_view host, uint16_t port = 0,
                         std::string_view params = {});

}  // namespace tandem::sip
