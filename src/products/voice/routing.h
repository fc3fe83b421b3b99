#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/call.h"
#include "products/voice/office.h"

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

/// `to`: an E.164 number or a SIP URI. 10016 for anything else; 10015 for a SIP URI that names no
/// user of ours at our own domain.
Result<Destination, api::ApiError> find_destination(const store::Snapshot& snapshot,
                                                    const Office& office, std::string_view to);

/// A number as its country dials it, made E.164: "0015551234567", "15551234567", "5551234567".
/// Empty when it is none.
std::string to_e164(std::string_view dialled, std::string_view country);

/// The country of an E.164 number, ISO 3166-1 alpha-2, by its longest prefix; empty: unknown.
std::string_view country_of(std::string_view e164);

/// The user that a SIP user name belongs to.
struct SipUser {
  std::string username;
  std::string password;
  std::string account;
  std::string connection_id;
};
/// A credential connection or a telephony credential that is active and has not expired.
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

/// The IP connection that a call from this address belongs to: of several the one whose technical
/// prefix the dialled number begins with, else one that has none.
std::optional<Connection> find_ip_connection(const store::Snapshot& snapshot, std::string_view ip,
                                             std::string_view dialed);
/// The number without the connection's technical prefix.
std::string without_prefix(const Connection& connection, std::string_view dialed);

/// Numbers that call for help in the country: 911, 112 ... and the test number 933.
bool is_emergency(std::string_view dialed);

/// Where calls for the number are sent by a SIP connection: its phone, its addresses, its names.
std::vector<Place> places_of(const store::Snapshot& snapshot, const Connection& connection,
                             std::string_view number);

}  // namespace tandem::products::voice
