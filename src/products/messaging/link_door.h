#pragma once

#include "http/server.h"
#include "products/common/services.h"

namespace tandem::products::messaging {

/// Where short links lead from on the platform's own address: /l/[prefix/]code. Domains of their
/// own have them at /[prefix/]code.
inline constexpr std::string_view kLinkPath = "/l";

/// Answers requests for short links: 302 to what was replaced, 404 when there is none or no longer.
/// A click is a GET: what looks ahead with HEAD is not told of.
http::Handler link_handler(Decide decide);

}  // namespace tandem::products::messaging
