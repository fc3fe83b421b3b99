#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "telephony/sip/address.h"

namespace tandem::sip {

/// Whether a datagram on the SIP port is STUN (RFC 5389 section 6); no SIP message starts so.
bool is_stun(std::string_view datagram);

/// The answer to a binding request: the sender's address as we see it, by which clients keep their
/// NAT binding and notice that it changed (RFC 5626 section 3.5.2). Nothing for all other STUN.
std::optional<std::string> answer_stun(std::string_view datagram, const Address& from);

}  // namespace tandem::sip
