#pragma once

#include "products/voice/orders.h"
#include "products/voice/routing.h"

/// What the settings of a SIP connection say of the INVITEs that are sent to it and because of it.
namespace tandem::products::voice {

/// Whether it speaks SRTP, and nothing else.
bool wants_srtp(const Connection& connection);
/// Whether our Contact shall hold nothing readable towards it: encode_contact_header_enabled.
bool encodes_contact(const Connection& connection);

/// `inbound` of the connection that is called: codecs, timeouts, PRACK, names of fields, the tone
/// its callers hear.
void set_inbound(orders::Dial& dial, const Connection& connection);
/// Header fields of the call that came in which the connection wants to see: Identity
/// (shaken_stir_enabled) and those of ISUP (isup_headers_enabled, by TCP and TLS only).
void pass_headers(orders::Dial& dial, const Connection& connection, const HeaderLines& headers);
/// `outbound` of the connection that calls: timeouts, the tone it hears.
void set_outbound(orders::Dial& dial, const Connection& connection);

}  // namespace tandem::products::voice
