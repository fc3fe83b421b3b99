#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "telephony/sip/message.h"
#include "telephony/sip/writer.h"

namespace tandem::sip {

/// One stop of a call that was forwarded (RFC 5806, RFC 7044).
struct Diverted {
  std::string from;    // URI
  std::string reason;  // "user-busy", "unconditional", ...
};

/// Who calls, as far as a message says it.
struct CallerIdentity {
  std::string number;  // '+' and digits or digits; empty when the user part is no number
  std::string user;    // user part of the URI, decoded
  std::string uri;
  std::string display;
  bool asserted = false;   // by P-Asserted-Identity or Remote-Party-ID, not just From
  bool anonymous = false;  // hidden from the callee: Privacy or an anonymous From (RFC 3323)
  std::vector<Diverted> diverted;  // latest first
};

/// `trusted`: the sender's asserted identities count (RFC 3325: peers of the trust domain only).
CallerIdentity read_caller(const Message& request, bool trusted);

/// Whether a Privacy value (`id;critical`) asks for any of hiding id, user or header.
bool asks_privacy(std::string_view privacy);

/// What to put on an outgoing call to show a caller to a trusted peer, or to hide it from the
/// callee while asserting it.
struct ShownIdentity {
  std::string from;    // for InviteOptions::from
  HeaderList headers;  // P-Asserted-Identity, Privacy
};
ShownIdentity show_identity(std::string_view user, std::string_view display, std::string_view host,
                            bool anonymous, bool asserted);

}  // namespace tandem::sip
