#pragma once

#include "products/voice/orders.h"
#include "products/voice/routing.h"

/// What the settings of a SIP connection say of the INVITEs that are sent to it and because of it.
namespace tandem::products::voice {

/// Whether it speaks SRTP, and nothing else.
bool wants_srtp(const Connection& connection);
/// Whether our Contact shall hold nothing readable towards it: encode_contact_header_enabled.
bool encodes_contact(const Connection& connection);

/// rtcp_settings: the port, and how often reports are sent.
Rtcp read_rtcp(const Connection& connection);

/// `inbound` of the connection that is called: codecs, timeouts, PRACK, names of fields, the tone
/// its callers hear.
void set_inbound(orders::Dial& dial, const Connection& connection);
/// Header fields of the call that came in which the connection wants to see: Identity
/// (shaken_stir_enabled) and those of ISUP (isup_headers_enabled, by TCP and TLS only).
void pass_headers(orders::Dial& dial, const Connection& connection, const HeaderLines& headers);
/// Of a call that a connection makes: its own `outbound` (timeouts, the tone it hears), and
/// `inbound` of `called`, the connection of the phone it calls, or empty.
void follow_settings(orders::Dial& dial, const store::Snapshot& snapshot, const Connection& caller,
                     std::string_view called);

}  // namespace tandem::products::voice
