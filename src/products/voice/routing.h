#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/call.h"
#include "products/voice/office.h"

namespace tandem::sip {
struct Uri;
}

/// Where calls go: what a dialled number or SIP URI means here, and which places that leads to.
namespace tandem::products::voice {

/// One place an INVITE can be sent to.
struct Place {
  std::string uri;
  std::string aor;        // a phone registered here, instead
  std::string trunk;      // carrier, left out while it is down
  std::string user = {};  // what the carrier may ask for
  std::string password = {};
};

/// What a destination means.
struct Destination {
  enum class Kind : uint8_t {
    Number,   // of somebody on this platform
    Phone,    // registered here
    Help,     // an emergency number, called by way of the gateways
    Address,  // a SIP URI elsewhere
    Outside   // any other number
  };
  Kind kind = Kind::Outside;
  std::vector<Place> places;  // tried in this order
  bool on_net() const { return kind == Kind::Number || kind == Kind::Phone; }
};

/// `to`: an E.164 number or a SIP URI. 10016 for anything else; 10015 for a SIP URI at our own
/// domain that names no user of ours, or one that the account may not call.
Result<Destination, api::ApiError> find_destination(const store::Snapshot& snapshot,
                                                    const Office& office, std::string_view account,
                                                    std::string_view to);

/// A number as its country dials it, made E.164: "0015551234567", "15551234567", "5551234567".
/// Empty when it is none.
std::string to_e164(std::string_view dialled, std::string_view country);

/// Whether a SIP URI names this platform: by its domain, or by an address where it listens.
bool is_own_host(const Office& office, const sip::Uri& uri);

/// The country of an E.164 number, ISO 3166-1 alpha-2, by its longest prefix; empty: unknown.
std::string_view country_of(std::string_view e164);

/// The user that a SIP user name belongs to.
struct SipUser {
  std::string username;
  std::string password;
  std::string account;
  std::string connection_id;
  bool registers = true;  // or only signs its calls in
};
/// A credential connection or a telephony credential that is active and has not expired, or an FQDN
/// connection that signs in.
std::optional<SipUser> find_sip_user(const store::Snapshot& snapshot, std::string_view username,
                                     WallTime now);

/// A connection of any kind with its document, when it is active.
struct Connection {
  enum class Kind : uint8_t { Application, Credential, Ip, Fqdn, Other };
  Kind kind = Kind::Other;
  std::string account;
  json::Value document;
  std::string id() const { return std::string(document["id"].string()); }
};
std::optional<Connection> find_connection(const store::Snapshot& snapshot, std::string_view id);

/// A call as it comes from a PBX.
struct Calling {
  std::string ip;
  uint16_t port = 0;
  std::string dialed;
};
/// The IP or FQDN connection that it belongs to: of several at one address the one whose technical
/// prefix the dialled number begins with, else one of the same port, else one without a prefix.
/// `named`: FQDN connections whose names lead to the address.
std::optional<Connection> find_connection_of(const store::Snapshot& snapshot,
                                             const Calling& calling,
                                             const std::vector<std::string>& named);
/// The connection whose inbound.sip_subdomain stands before our domain in the host of a URI.
std::optional<Connection> find_subdomain(const store::Snapshot& snapshot, const Office& office,
                                         std::string_view host);
/// Whether anybody may call it there, not only connections of its own account.
bool receives_from_anyone(const Connection& connection);
/// Whether anybody may call the SIP user: sip_uri_calling_preference is "unrestricted".
bool is_open_to_all(const store::Snapshot& snapshot, std::string_view user);
/// Whether its calls sign in by digest, as the address they come from says nothing: of FQDN
/// connections with credential-authentication.
bool signs_in(const Connection& connection);
/// The number without the connection's technical prefix.
std::string without_prefix(const Connection& connection, std::string_view dialed);

/// Numbers that call for help in the country: 911, 112 ... and the test number 933.
bool is_emergency(std::string_view dialed);

/// Where calls for the number are sent by a SIP connection: its phone, its addresses, its names.
std::vector<Place> places_of(const store::Snapshot& snapshot, const Connection& connection,
                             std::string_view number);

}  // namespace tandem::products::voice
