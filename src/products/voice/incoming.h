#pragma once

#include <optional>
#include <string>
#include <vector>

#include "products/voice/outbound.h"

/// Calls that come in, from carriers, from within the platform, from SIP phones and trunks.
namespace tandem::products::voice {

/// Who sends a call, in the words that Switchboard hands to the switch and gets back.
inline constexpr std::string_view kPlatformPeer = "platform";
inline constexpr std::string_view kCarrierPeer = "carrier";
inline constexpr std::string_view kPublicPeer = "public";  // anybody, to a user open to all
inline constexpr std::string_view kConnectionPeer = "connection:";  // and its id

struct IncomingAsk {
  std::string peer;
  std::string from;  // number, or name when it is none
  std::string from_uri;
  std::string from_name;
  std::string dialed;
  std::string host;  // that was dialled at
  HeaderLines headers;
  std::vector<std::string> codecs;
  bool anonymous = false;  // the callee must not learn who calls
};

/// What becomes of it: an application is told, or it is relayed; `call` is its call_control_id.
struct IncomingRoute {
  std::string call;
  std::string digits = {};  // how keys go, as connections name it
  bool encrypted = false;   // SRTP or nothing
  Rtcp rtcp = {};
  std::optional<orders::Dial> relay = {};
  bool caller_stays = false;     // when nobody answers the relayed call
  bool encoded_contact = false;  // towards the caller, nothing readable in Contact
};

/// What somebody at the connection means by what they dial: an E.164 number by the rules of the
/// connection's country, a SIP URI of one of our users, an emergency number, or what it was.
std::string read_dialed(const Turn& turn, const Connection& connection, std::string_view dialed);
/// A caller as the connection's country writes numbers, or its own in place of it.
std::string read_caller(const Connection& connection, const std::string& from, bool emergency);

/// Decides and adds what is needed; an error refuses the call (see sip_status()).
Result<IncomingRoute, api::ApiError> route_incoming(Turn& turn, const IncomingAsk& ask);

/// The SIP status that says what an error says.
int sip_status(const api::ApiError& error);

}  // namespace tandem::products::voice
