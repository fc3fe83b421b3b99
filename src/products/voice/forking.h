#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "products/voice/turn.h"
#include "telephony/rtp/endpoint.h"

/// Copies of a call's packets to UDP addresses.
namespace tandem::products::voice {

/// "udp:192.0.2.1:9000"; nothing for anything else.
std::optional<rtp::Endpoint> read_fork_target(std::string_view text);

/// Takes the place of an older fork of the call.
void start_fork(Turn& turn, CallState& call, std::string received_to, std::string sent_to);
/// Ends it and tells, if there is one.
void end_fork(Turn& turn, CallState& call);

}  // namespace tandem::products::voice
