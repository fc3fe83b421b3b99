#include "products/voice/routing.h"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "core/e164.h"
#include "products/common/connections.h"
#include "products/common/data_file.h"
#include "products/common/owned_numbers.h"
#include "telephony/sip/uri.h"

namespace tandem::products::voice {
namespace {

constexpr size_t kMaxPlaces = 10;
constexpr uint16_t kSipPort = 5060;  // of URIs that name none
constexpr int64_t kMaxSharers = 50;  // connections at one address that are looked at
constexpr std::string_view kTechPrefix = "outbound.tech_prefix";
constexpr size_t kLongestCode = 7;  // of calling_codes.tsv

using Codes = std::map<std::string, std::string, std::less<>>;

Codes read_codes() {
  Codes codes;
  std::string_view text = data_file("voice/data/calling_codes.tsv");
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const size_t tab = line.find('\t');
    if (line.starts_with('#') || tab == std::string_view::npos) continue;
    codes.emplace(line.substr(0, tab), line.substr(tab + 1));
  }
  return codes;
}

const Codes& calling_codes() {
  static const Codes kCodes = read_codes();
  return kCodes;
}

json::Value parsed(const store::Row& row) { return api::document_of(row); }

void add_gateways(const Office& office, std::string_view number, Destination& destination) {
  for (const carrier::Trunk* trunk : carrier::trunks_for(office.trunks, number)) {
    if (destination.places.size() == kMaxPlaces) break;
    destination.places.push_back(
        {trunk->uri(number), {}, trunk->name, trunk->username, trunk->password});
  }
  for (const Gateway& gateway : office.gateways) {
    destination.places.push_back({fmt::format("sip:{}@{}", number, gateway.host_port), {}, {}});
  }
}

/// Numbers of the platform and of the outside world.
Destination number_destination(const store::Snapshot& snapshot, const Office& office,
                               std::string_view number) {
  Destination destination;
  if (find_owned_number(snapshot, number)) {
    destination.kind = Destination::Kind::Number;
    destination.places.push_back({fmt::format("sip:{}@{}", number, office.own_address), {}, {}});
    return destination;
  }
  add_gateways(office, number, destination);
  return destination;
}

/// Names under which applications know the platform whose API this is: their users are ours.
constexpr std::string_view kFamiliarDomains[] = {"sip.telnyx.com", "rtc.telnyx.com"};

/// Users are called from their own account, unless they say otherwise.
bool may_call(const store::Snapshot& snapshot, std::string_view account, const SipUser& user) {
  const auto row = snapshot.get("credential_connections", user.connection_id);
  if (row && row->account == user.account) {
    const json::Value document = parsed(*row);
    const std::string_view who = document["sip_uri_calling_preference"].string();
    const bool named = document["user_name"].string() == user.username;
    if (named && who == "disabled") return false;
    if (named && who == "unrestricted") return true;
  }
  return user.account == account;
}

Result<Destination, api::ApiError> uri_destination(const store::Snapshot& snapshot,
                                                   const Office& office, std::string_view account,
                                                   std::string_view to) {
  const auto uri = sip::parse_uri(to);
  if (!uri || !uri->is_sip()) {
    return api::refuse("10016", "This is neither an E.164 number nor a SIP URI.", "/to");
  }
  if (!is_own_host(office, *uri)) {
    return Destination{Destination::Kind::Address, {{std::string(to), {}, {}}}};
  }
  const std::string user = uri->user_text();
  if (is_e164(user)) return number_destination(snapshot, office, user);
  const auto found = find_sip_user(snapshot, user, WallTime::min());
  if (!found || !may_call(snapshot, account, *found)) {
    return api::refuse("10015", "No SIP user that you may call has this name.", "/to");
  }
  return Destination{Destination::Kind::Phone, {{std::string(to), user, {}}}};
}

/// The rows that belong to the connection: those it names first in their order, then as they came.
std::vector<store::Row> rows_of(const store::Snapshot& snapshot, std::string_view collection,
                                const Connection& connection, std::string_view kind) {
  store::Query query;
  query.collection = collection;
  query.where = {{"connection_id", store::Compare::Eq, {connection.id()}}};
  query.order = {{"created_at", false}};
  query.limit = kMaxPlaces;
  std::vector<store::Row> rows = snapshot.list(query).rows;
  auto next = rows.begin();
  for (const std::string_view rank : {"primary", "secondary", "tertiary"}) {
    const std::string member = fmt::format("inbound.default_{}_{}_id", rank, kind);
    const std::string_view id = connection.document.at_path(member).string();
    const auto named =
        std::find_if(next, rows.end(), [id](const store::Row& row) { return row.id == id; });
    if (!id.empty() && named != rows.end()) std::rotate(next++, named, named + 1);
  }
  return rows;
}

/// ";transport=tls" for connections that ask for more than UDP.
std::string transport_of(const Connection& connection) {
  const std::string_view name = connection.document["transport_protocol"].string("UDP");
  if (name == "TCP") return ";transport=tcp";
  return name == "TLS" ? ";transport=tls" : "";
}

std::vector<Place> addresses_of(const store::Snapshot& snapshot, const Connection& connection,
                                std::string_view number) {
  std::vector<Place> places;
  for (const store::Row& row : rows_of(snapshot, "ips", connection, "ip")) {
    const json::Value document = parsed(row);
    const auto port = static_cast<uint16_t>(document["port"].integer(kSipPort));
    const std::string at = host_port(std::string(document["ip_address"].string()), port);
    places.push_back({fmt::format("sip:{}@{}{}", number, at, transport_of(connection)), {}, {}});
  }
  return places;
}

/// A name is looked up as its record type says (RFC 3263): with a port by its addresses, without
/// one by SRV records of the transport, and with neither by NAPTR too.
std::vector<Place> names_of(const store::Snapshot& snapshot, const Connection& connection,
                            std::string_view number) {
  std::vector<Place> places;
  for (const store::Row& row : rows_of(snapshot, "fqdns", connection, "fqdn")) {
    const json::Value document = parsed(row);
    const std::string_view type = document["dns_record_type"].string();
    std::string transport = transport_of(connection);
    std::string at(document["fqdn"].string());
    if (type == "srv") {
      if (transport.empty()) transport = ";transport=udp";
    } else if (type != "naptr") {
      at += fmt::format(":{}", document["port"].integer(kSipPort));
    }
    places.push_back({fmt::format("sip:{}@{}{}", number, at, transport), {}, {}});
  }
  return places;
}

std::optional<SipUser> telephony_user(const store::Snapshot& snapshot, std::string_view username,
                                      WallTime now) {
  const auto row = snapshot.find("telephony_credentials", std::nullopt, "sip_username", username);
  if (!row) return std::nullopt;
  const json::Value document = parsed(*row);
  const auto expires = parse_iso8601(document["expires_at"].string());
  if (expires && *expires <= now) return std::nullopt;
  return SipUser{std::string(username), std::string(document["sip_password"].string()),
                 row->account, std::string(document["connection_id"].string())};
}

constexpr std::string_view kSignsIn = "credential-authentication";

bool document_signs_in(const json::Value& fqdn_connection) {
  return fqdn_connection.at_path("outbound.ip_authentication_method").string() == kSignsIn;
}

std::optional<SipUser> fqdn_user(const store::Snapshot& snapshot, std::string_view username) {
  const auto row = snapshot.find("fqdn_connections", std::nullopt, "user_name", username);
  if (!row) return std::nullopt;
  const json::Value document = parsed(*row);
  const std::string_view password = document["password"].string();
  if (!document["active"].boolean(true) || !document_signs_in(document) || password.empty()) {
    return std::nullopt;
  }
  return SipUser{std::string(username), std::string(password), row->account, row->id, false};
}

}  // namespace

bool is_own_host(const Office& office, const sip::Uri& uri) {
  const std::string host(uri.host);
  if (host == office.domain) return true;
  if (std::find(std::begin(kFamiliarDomains), std::end(kFamiliarDomains), host) !=
      std::end(kFamiliarDomains)) {
    return true;
  }
  const std::string& own = office.own_address;
  if (host != std::string_view(own).substr(0, own.rfind(':'))) return false;
  const uint16_t port = uri.port == 0 ? kSipPort : uri.port;
  return std::find(office.own_ports.begin(), office.own_ports.end(), port) !=
         office.own_ports.end();
}

Result<Destination, api::ApiError> find_destination(const store::Snapshot& snapshot,
                                                    const Office& office, std::string_view account,
                                                    std::string_view to) {
  if (is_emergency(to)) {
    Destination destination{Destination::Kind::Help, {}};
    add_gateways(office, to, destination);
    return destination;
  }
  if (is_e164(to)) return number_destination(snapshot, office, to);
  return uri_destination(snapshot, office, account, to);
}

std::string to_e164(std::string_view dialled, std::string_view country) {
  std::string text(dialled);
  if (!text.starts_with('+')) {
    std::string code;
    for (const auto& [prefix, iso] : calling_codes()) {
      if (iso == country && (code.empty() || prefix.size() < code.size())) code = prefix;
    }
    if (country == "CA") code = "1";
    const bool american = code == "1";
    if (american && text.starts_with("011")) {
      text = "+" + text.substr(3);
    } else if (!american && text.starts_with("00")) {
      text = "+" + text.substr(2);
    } else if (american && text.size() == 10) {
      text = "+1" + text;
    } else if (!american && text.starts_with('0')) {
      text = "+" + code + text.substr(1);
    } else {
      text = "+" + text;
    }
  }
  return is_e164(text) ? text : std::string();
}

std::string_view country_of(std::string_view e164) {
  if (!e164.starts_with('+')) return {};
  e164.remove_prefix(1);
  for (size_t size = std::min(kLongestCode, e164.size()); size > 0; --size) {
    const auto found = calling_codes().find(e164.substr(0, size));
    if (found != calling_codes().end()) return found->second;
  }
  return {};
}

std::optional<SipUser> find_sip_user(const store::Snapshot& snapshot, std::string_view username,
                                     WallTime now) {
  if (const auto row =
          snapshot.find("credential_connections", std::nullopt, "user_name", username)) {
    const json::Value document = parsed(*row);
    if (!document["active"].boolean(true)) return std::nullopt;
    return SipUser{std::string(username), std::string(document["password"].string()), row->account,
                   row->id};
  }
  if (auto user = telephony_user(snapshot, username, now)) return user;
  return fqdn_user(snapshot, username);
}

std::optional<Connection> find_subdomain(const store::Snapshot& snapshot, const Office& office,
                                         std::string_view host) {
  const size_t dot = host.find('.');
  if (dot == std::string_view::npos || dot == 0) return std::nullopt;
  const std::string_view parent = host.substr(dot + 1);
  const bool familiar = std::find(std::begin(kFamiliarDomains), std::end(kFamiliarDomains),
                                  parent) != std::end(kFamiliarDomains);
  if (parent != office.domain && !familiar) return std::nullopt;
  host = host.substr(0, dot);
  for (const char* collection : {"ip_connections", "fqdn_connections"}) {
    const auto row = snapshot.find(collection, std::nullopt, "inbound.sip_subdomain", host);
    if (row) return find_connection(snapshot, row->id);
  }
  return std::nullopt;
}

bool receives_from_anyone(const Connection& connection) {
  return connection.document.at_path("inbound.sip_subdomain_receive_settings").string() !=
         "only_my_connections";
}

bool is_open_to_all(const store::Snapshot& snapshot, std::string_view user) {
  const auto row = snapshot.find("credential_connections", std::nullopt, "user_name", user);
  if (!row) return false;
  const json::Value document = parsed(*row);
  return document["active"].boolean(true) &&
         document["sip_uri_calling_preference"].string() == "unrestricted";
}

std::optional<Connection> find_connection(const store::Snapshot& snapshot, std::string_view id) {
  static constexpr std::pair<std::string_view, Connection::Kind> kKinds[] = {
      {"call_control_applications", Connection::Kind::Application},
      {"credential_connections", Connection::Kind::Credential},
      {"ip_connections", Connection::Kind::Ip},
      {"fqdn_connections", Connection::Kind::Fqdn}};
  if (id.empty()) return std::nullopt;
  for (const auto& [collection, kind] : kKinds) {
    const auto row = snapshot.get(collection, id);
    if (!row) continue;
    json::Value document = parsed(*row);
    if (!document["active"].boolean(true)) return std::nullopt;
    return Connection{kind, row->account, std::move(document)};
  }
  return std::nullopt;
}

std::optional<Connection> find_connection_of(const store::Snapshot& snapshot,
                                             const Calling& calling,
                                             const std::vector<std::string>& named) {
  std::vector<std::pair<std::string, bool>> candidates;  // and whether the port is theirs
  store::Query query;
  query.collection = "ips";
  query.where = {{"ip_address", store::Compare::Eq, {calling.ip}}};
  query.order = {{"created_at", false}};
  query.limit = kMaxSharers;
  for (const store::Row& row : snapshot.list(query).rows) {
    const json::Value document = parsed(row);
    candidates.emplace_back(document["connection_id"].string(),
                            document["port"].integer() == calling.port);
  }
  for (const std::string& id : named) candidates.emplace_back(id, false);
  std::optional<Connection> found;
  int best = -1;
  for (const auto& [id, same_port] : candidates) {
    auto connection = find_connection(snapshot, id);
    if (!connection) continue;
    if (signs_in(*connection)) continue;
    const std::string prefix(connection->document.at_path(kTechPrefix).string());
    if (!prefix.empty() && calling.dialed.starts_with(prefix)) return connection;
    const int worth = (prefix.empty() ? 2 : 0) + (same_port ? 1 : 0);
    if (worth <= best) continue;
    best = worth;
    found = std::move(connection);
  }
  return found;
}

bool signs_in(const Connection& connection) {
  return connection.kind == Connection::Kind::Fqdn && document_signs_in(connection.document);
}

std::string without_prefix(const Connection& connection, std::string_view dialed) {
  if (connection.kind == Connection::Kind::Ip || connection.kind == Connection::Kind::Fqdn) {
    const std::string_view prefix = connection.document.at_path(kTechPrefix).string();
    if (!prefix.empty() && dialed.starts_with(prefix)) dialed.remove_prefix(prefix.size());
  }
  return std::string(dialed);
}

bool is_emergency(std::string_view dialed) {
  return dialed == "911" || dialed == "933" || dialed == "112" || dialed == "999";
}

std::vector<Place> places_of(const store::Snapshot& snapshot, const Connection& connection,
                             std::string_view number) {
  switch (connection.kind) {
    case Connection::Kind::Credential: {
      const std::string user(connection.document["user_name"].string());
      return {{fmt::format("sip:{}@localhost", user), user, {}}};
    }
    case Connection::Kind::Ip:
      return addresses_of(snapshot, connection, number);
    case Connection::Kind::Fqdn:
      return names_of(snapshot, connection, number);
    default:
      return {};
  }
}

}  // namespace tandem::products::voice
