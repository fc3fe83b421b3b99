#include "products/voice/incoming.h"

#include <algorithm>
#include <utility>

#include "core/e164.h"
#include "products/common/owned_numbers.h"
#include "products/voice/answer_actions.h"
#include "products/voice/call_machine.h"
#include "products/voice/channels.h"
#include "products/voice/charges.h"
#include "products/voice/connection_settings.h"
#include "products/voice/dial.h"
#include "products/voice/limits.h"
#include "products/voice/voicemail.h"
#include "telephony/sip/grammar.h"

namespace tandem::products::voice {
namespace {

using api::ApiError;
using api::refuse;

constexpr std::string_view kSecond = "GB";  // whose rules are tried when no country is named

constexpr std::string_view kHome = "US";  // localization of connections that name none

json::Value custom_headers(const HeaderLines& headers) {
  json::Value custom = json::Value::array();
  for (const auto& [name, value] : headers) {
    if (!name.starts_with("X-") && !name.starts_with("x-")) continue;
    custom.push(json::Value::object({{"name", name}, {"value", value}}));
  }
  return custom;
}

std::string joined(const std::vector<std::string>& items) {
  std::string text;
  for (const std::string& item : items) {
    if (!text.empty()) text += ',';
    text += item;
  }
  return text;
}

CallState& add_incoming(Turn& turn, const Connection& connection, const IncomingAsk& ask) {
  CallState call;
  call.id = new_call_id(turn.ids());
  call.leg_id = turn.ids().uuid();
  call.session_id = turn.ids().uuid();
  call.account = connection.account;
  call.connection_id = connection.id();
  call.process = turn.office().process;
  call.incoming = true;
  call.from = ask.from.empty() ? ask.from_uri : ask.from;
  call.from_name = ask.from_name;
  call.to = ask.dialed;
  call.custom_headers = custom_headers(ask.headers);
  call.started_ms = turn.now_ms();
  follow_connection(call, connection.document);
  return turn.add(std::move(call));
}

/// A number as the connection wants to see it.
std::string number_for(const Connection& connection, const std::string& number) {
  const std::string_view format =
      connection.document.at_path("inbound.dnis_number_format").string("e164");
  if (format == "+e164") return number;
  if (format == "sip_username") return std::string(connection.document["user_name"].string(number));
  const std::string digits = number.substr(number.starts_with('+') ? 1 : 0);
  const bool american = digits.size() == 11 && digits.front() == '1';
  return format == "national" && american ? digits.substr(1) : digits;
}

/// The caller as the connection wants to see it.
std::string caller_for(const Connection& connection, const std::string& caller) {
  const std::string_view format =
      connection.document.at_path("inbound.ani_number_format").string("+E.164");
  if (!is_e164(caller) || format == "+E.164") return caller;
  const bool american = caller.starts_with("+1");
  if (format.ends_with("-national") && american) return caller.substr(2);
  return format.starts_with('+') ? caller : caller.substr(1);
}

/// An IP connection may ask for a token besides the right address.
bool has_token(const Connection& connection, const HeaderLines& headers) {
  const json::Value& outbound = connection.document["outbound"];
  const std::string_view token = outbound["ip_authentication_token"].string();
  if (connection.kind != Connection::Kind::Ip || token.empty()) return true;
  if (outbound["ip_authentication_method"].string() != "token") return true;
  return std::any_of(headers.begin(), headers.end(), [token](const auto& header) {
    return sip::iequals(header.first, "X-Telnyx-Token") && header.second == token;
  });
}

/// "round-robin": each call begins at the next of the connection's places.
void take_turns(Turn& turn, const Connection& connection, std::vector<Place>& places) {
  const std::string_view method =
      connection.document.at_path("inbound.default_routing_method").string();
  if (method != "round-robin" || places.size() < 2) return;
  const std::string key = "calls/turn/" + connection.id();
  const int64_t calls = turn.snapshot().counter(key);
  turn.extra().batch.adjusts.push_back({key, 1});
  std::rotate(places.begin(), places.begin() + calls % static_cast<int64_t>(places.size()),
              places.end());
}

/// The second leg of a call that is relayed to a connection's phones or addresses.
Result<orders::Dial, ApiError> relay_to(Turn& turn, const Connection& connection,
                                        const CallState& first, const IncomingAsk& ask) {
  CallState second;
  second.id = new_call_id(turn.ids());
  second.leg_id = turn.ids().uuid();
  second.session_id = first.session_id;
  second.account = connection.account;
  second.connection_id = connection.id();
  second.process = turn.office().process;
  second.control = Control::Trunk;
  second.far_connection = connection.id();
  second.from = first.from;
  second.from_name = first.from_name;
  second.to = first.to;
  second.started_ms = turn.now_ms();
  second.on_net = true;
  follow_connection(second, connection.document);
  Outbound leg;
  leg.destination.places = places_of(turn.snapshot(), connection, number_for(connection, first.to));
  take_turns(turn, connection, leg.destination.places);
  if (leg.destination.places.empty()) {
    return refuse("10005", "The connection has no address to send calls to.");
  }
  leg.call = &turn.add(std::move(second));
  orders::Dial dial = dial_order({}, leg);
  dial.from = caller_for(connection, first.from);
  dial.anonymous = ask.anonymous;
  set_inbound(dial, connection);
  if (ask.peer == kCarrierPeer) pass_headers(dial, connection, ask.headers);
  return dial;
}

/// Where the number's settings send all of its calls; empty: nowhere else.
std::string forwarded_to(const json::Value& settings) {
  const json::Value& forwarding = settings["call_forwarding"];
  const bool always = forwarding["call_forwarding_enabled"].boolean(true) &&
                      forwarding["forwarding_type"].string() == "always";
  return always ? std::string(forwarding["forwards_to"].string()) : std::string();
}

/// The second leg of a call that is sent on: the number's owner pays, the caller is seen.
Result<orders::Dial, ApiError> forward(Turn& turn, const Connection& connection,
                                       const CallState& first, const std::string& to,
                                       const IncomingAsk& ask) {
  const auto leg = prepare_outbound(turn, connection,
                                    {.from = first.to,
                                     .from_name = first.from_name,
                                     .to = to,
                                     .session_id = first.session_id,
                                     .billing_group = first.billing_group,
                                     .control = Control::Trunk});
  if (!leg) return tl::unexpected(leg.error());
  leg->call->from = first.from;
  orders::Dial dial = dial_order({}, *leg);
  dial.anonymous = ask.anonymous;
  return dial;
}

/// The second leg of a call to a number whose calls are relayed or sent on; nothing for one that an
/// application takes, or the voicemail of the number at once.
Result<std::optional<orders::Dial>, ApiError> onward(Turn& turn, const Connection& connection,
                                                     CallState& call, const std::string& to,
                                                     const IncomingAsk& ask) {
  if (to.empty() && connection.kind == Connection::Kind::Application) return std::nullopt;
  if (call.voicemail && call.voicemail->owner) return std::nullopt;
  call.control = Control::Trunk;
  auto relay =
      to.empty() ? relay_to(turn, connection, call, ask) : forward(turn, connection, call, to, ask);
  if (!relay && call.voicemail) return std::nullopt;
  if (!relay) return tl::unexpected(std::move(relay.error()));
  if (call.voicemail) turn.find(relay->call)->voicemail_of = call.id;
  return std::move(*relay);
}

/// Who takes the calls of a number; one that has voicemail only has a connection without anything.
std::optional<Connection> taker_of(const Turn& turn, const OwnedNumber& owned) {
  auto connection = find_connection(turn.snapshot(), owned.connection_id);
  if (connection && connection->account == owned.account) return connection;
  const auto row = turn.snapshot().get(kVoicemails, owned.id);
  if (!row || !api::document_of(*row)["enabled"].boolean()) return std::nullopt;
  return Connection{Connection::Kind::Application, owned.account, json::Value::object({})};
}

/// For a number of somebody here.
Result<IncomingRoute, ApiError> route_to_number(Turn& turn, IncomingAsk ask) {
  const std::string number = to_e164(ask.dialed, kHome);
  const auto owned = find_owned_number(turn.snapshot(), number);
  const auto connection = owned ? taker_of(turn, *owned) : std::nullopt;
  if (!connection) return refuse("10005", "Nobody takes calls for this number.");
  ask.dialed = number;
  if (const std::string from = to_e164(ask.from, kHome); !from.empty()) ask.from = from;
  CallState& call = add_incoming(turn, *connection, ask);
  call.on_net = ask.peer != kCarrierPeer;
  call.billing_group = owned->billing_group_id;
  IncomingRoute route{.call = call.id,
                      .digits = std::string(connection->document["dtmf_type"].string())};
  json::Value settings;
  if (const auto row = turn.snapshot().get(kVoiceSettings, owned->id)) {
    settings = api::document_of(*row);
  }
  record_by_number(call, settings);
  offer_voicemail(turn, call, *owned);
  auto relay = onward(turn, *connection, call, forwarded_to(settings), ask);
  if (!relay) return tl::unexpected(std::move(relay.error()));
  route.relay = std::move(*relay);
  route.caller_stays = call.voicemail.has_value();
  if (call.voicemail && !route.relay) {
    const bool nobody = connection->kind != Connection::Kind::Application ||
                        connection->id().empty() || call.voicemail->owner;
    wait_before_voicemail(turn, call, nobody);
  }
  take_inbound_limits(turn, call, connection->document);
  if (is_paid_by_channel(settings)) {
    take_channel(turn, call, *owned);
  } else {
    open_charges(turn, call);
  }
  if (connection->document["first_command_timeout"].boolean()) {
    const int64_t seconds = connection->document["first_command_timeout_secs"].integer(30);
    call.command_timer = turn.start_timer(call, std::chrono::seconds(seconds));
  }
  json::Value more;
  if (!ask.codecs.empty()) more.set("offered_codecs", joined(ask.codecs));
  tell_initiated(turn, call, std::move(more));
  if (route.relay) tell_initiated(turn, *turn.find(route.relay->call));
  return route;
}

/// Whether the connection's own caller takes the place of the one who calls.
bool overrides_caller(const json::Value& outbound, bool emergency) {
  if (outbound["ani_override"].string().empty()) return false;
  const std::string_view when = outbound["ani_override_type"].string("always");
  return when == "always" || (when == "emergency") == emergency;
}

/// To a connection that was called by its URI, without a number.
Result<IncomingRoute, ApiError> route_by_uri(Turn& turn, const Connection& connection,
                                             const IncomingAsk& ask) {
  CallState& call = add_incoming(turn, connection, ask);
  call.control = Control::Trunk;
  call.on_net = true;
  IncomingRoute route{.call = call.id};
  auto relay = relay_to(turn, connection, call, ask);
  if (!relay) return tl::unexpected(std::move(relay.error()));
  route.relay = std::move(*relay);
  take_inbound_limits(turn, call, connection.document);
  tell_initiated(turn, call);
  tell_initiated(turn, *turn.find(route.relay->call));
  return route;
}

/// To a connection by its subdomain of ours, from anybody or from its own account alone.
Result<IncomingRoute, ApiError> route_to_subdomain(Turn& turn, const Connection& connection,
                                                   const IncomingAsk& ask) {
  const bool signed_in = ask.peer.starts_with(kConnectionPeer);
  const auto caller =
      signed_in ? find_connection(turn.snapshot(), ask.peer.substr(kConnectionPeer.size()))
                : std::nullopt;
  const bool own = caller && caller->account == connection.account;
  if (!own && !receives_from_anyone(connection)) {
    return refuse("10010", "The connection takes calls of its own account only.");
  }
  return route_by_uri(turn, connection, ask);
}

/// From anybody, to a SIP user who wants that.
Result<IncomingRoute, ApiError> route_to_user(Turn& turn, const IncomingAsk& ask) {
  const auto user = find_sip_user(turn.snapshot(), ask.dialed, turn.now());
  const auto connection =
      user ? find_connection(turn.snapshot(), user->connection_id) : std::nullopt;
  if (!connection || !is_open_to_all(turn.snapshot(), ask.dialed)) {
    return refuse("10005", "Nobody takes calls here.");
  }
  return route_by_uri(turn, *connection, ask);
}

/// From a phone or PBX of a customer, to anywhere.
Result<IncomingRoute, ApiError> route_from_connection(Turn& turn, IncomingAsk ask) {
  const auto connection = find_connection(turn.snapshot(), ask.peer.substr(kConnectionPeer.size()));
  if (!connection) return refuse("10010", "The connection is not active.");
  if (!has_token(*connection, ask.headers)) return refuse("10010", "The token is missing.");
  const json::Value& outbound = connection->document["outbound"];
  ask.dialed = read_dialed(turn, *connection, ask.dialed);
  ask.from = read_caller(*connection, ask.from, is_emergency(ask.dialed));
  CallState& first = add_incoming(turn, *connection, ask);
  first.control = Control::Trunk;
  first.far_connection = connection->id();
  first.on_net = true;
  IncomingRoute route{.call = first.id,
                      .digits = std::string(connection->document["dtmf_type"].string()),
                      .encrypted = wants_srtp(*connection),
                      .rtcp = read_rtcp(*connection),
                      .encoded_contact = encodes_contact(*connection)};
  if (outbound["call_parking_enabled"].boolean()) {
    first.control = Control::Application;
    tell_initiated(turn, first);
    return route;
  }
  const auto leg = prepare_outbound(turn, *connection,
                                    {.from = ask.from,
                                     .from_name = ask.from_name,
                                     .to = ask.dialed,
                                     .session_id = first.session_id,
                                     .control = Control::Trunk});
  if (!leg) return tl::unexpected(leg.error());
  route.relay = dial_order({}, *leg);
  route.relay->anonymous = ask.anonymous;
  follow_settings(*route.relay, turn.snapshot(), *connection, leg->call->far_connection);
  tell_initiated(turn, first);
  tell_initiated(turn, *leg->call);
  return route;
}

}  // namespace

std::string read_dialed(const Turn& turn, const Connection& connection, std::string_view dialed) {
  std::string what = without_prefix(connection, dialed);
  const json::Value& country = connection.document.at_path("outbound.localization");
  std::string number = to_e164(what, country.string(kHome));
  if (number.empty() && country.is_null()) number = to_e164(what, kSecond);
  if (find_sip_user(turn.snapshot(), what, turn.now())) {
    return "sip:" + what + "@" + turn.office().domain;
  }
  return number.empty() || is_emergency(what) ? what : number;
}

std::string read_caller(const Connection& connection, const std::string& from, bool emergency) {
  const json::Value& outbound = connection.document["outbound"];
  if (overrides_caller(outbound, emergency)) return std::string(outbound["ani_override"].string());
  const std::string number = to_e164(from, outbound["localization"].string(kHome));
  return number.empty() ? from : number;
}

Result<IncomingRoute, ApiError> route_incoming(Turn& turn, const IncomingAsk& ask) {
  if (const auto connection = find_subdomain(turn.snapshot(), turn.office(), ask.host)) {
    return route_to_subdomain(turn, *connection, ask);
  }
  if (ask.peer.starts_with(kConnectionPeer)) return route_from_connection(turn, ask);
  if (ask.peer == kPublicPeer) return route_to_user(turn, ask);
  return route_to_number(turn, ask);
}

int sip_status(const ApiError& error) {
  const std::string_view code = error.items.empty() ? "" : std::string_view(error.items[0].code);
  const bool caller = code == "10016" && error.items[0].pointer == "/from";
  if (code == "10010" || code == "10039" || caller) return 403;
  if (code == "20100") return 402;
  if (code == "10037" || code == "10011" || code.starts_with("9004")) return 503;
  return 404;
}

}  // namespace tandem::products::voice
