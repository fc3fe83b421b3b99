#pragma once

#include <string>
#include <string_view>

#include "core/result.h"
#include "http/client.h"

namespace tandem::http {

/// Whether a status says that the thing asked for is elsewhere, at its Location.
bool is_redirect(int status);

/// Where a Location leads from `base`: a reference resolved as RFC 3986 section 5.2 says, absolute
/// or relative, without its fragment. An error when that is no http or https URL.
Result<Url> follow(const Url& base, std::string_view location);

/// Scheme, host and port are the same: who may see a credential for the one may for the other.
bool same_origin(const Url& a, const Url& b);

/// The URL as text, without user and password.
std::string to_text(const Url& url);

}  // namespace tandem::http
