#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "telephony/sip/params.h"
#include "telephony/sip/uri.h"

namespace tandem::sip {

/// `"Display" <uri>;params` or `uri;params`: From, To, Contact, Route, Refer-To,
/// P-Asserted-Identity, Diversion, History-Info and their kin.
struct NameAddr {
  std::string_view display;  // as written: a quoted string or tokens
  Uri uri;
  Params params;  // of the header value, not of the URI

  std::string display_text() const;
  std::string_view tag() const { return params.get("tag"); }
};

/// Reads one value (no comma list). Nothing when it breaks the grammar, and when a bare URI has
/// a comma or question mark, which only the bracketed form may (RFC 3261 section 20).
std::optional<NameAddr> parse_name_addr(std::string_view value);

}  // namespace tandem::sip
