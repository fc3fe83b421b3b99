#include "products/voice/dial.h"

#include <algorithm>
#include <utility>

#include "products/voice/answer_actions.h"
#include "products/voice/call_machine.h"

namespace tandem::products::voice {
namespace {

using api::ApiError;
using api::refuse;

constexpr size_t kMaxDestinations = 10;
constexpr int64_t kUsualTimeout = 30;  // seconds
constexpr int64_t kShortestTimeout = 5;
constexpr int64_t kLongestTimeout = 600;

bool is_base64(std::string_view text) {
  if (text.size() % 4 != 0) return false;
  while (!text.empty() && text.back() == '=') text.remove_suffix(1);
  return std::all_of(text.begin(), text.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '+' || c == '/' || c == '-' ||
           c == '_';
  });
}

std::vector<std::string> destinations(json::View to) {
  std::vector<std::string> all;
  if (to.is_array()) {
    for (const json::View item : to.items()) all.emplace_back(item.string());
  } else {
    all.emplace_back(to.string());
  }
  return all;
}

/// The API's names of codecs, of calls and of connections, as SDP has them.
std::string encoding_name(std::string_view name) {
  if (name == "OPUS") return "opus";
  if (name == "G711U") return "PCMU";
  if (name == "G711A") return "PCMA";
  return std::string(name);
}

Result<Connection, ApiError> own_application(const api::Call& request,
                                             const store::Snapshot& snapshot) {
  auto found = find_connection(snapshot, request.body["connection_id"].string());
  if (!found || found->account != request.account.id ||
      found->kind != Connection::Kind::Application) {
    return refuse("10015", "No call control application of yours has this id.", "/connection_id");
  }
  return std::move(*found);
}

/// What a SIP URI that names no transport is called by.
std::string transport_of(json::View body) {
  const std::string_view name = body["sip_transport_protocol"].string();
  if (name == "TCP") return ";transport=tcp";
  return name == "TLS" ? ";transport=tls" : "";
}

/// Session and events of what the new call is linked to, or of its own.
Result<void, ApiError> link(Turn& turn, const api::Call& request, OutboundAsk& ask) {
  const std::string_view to = request.body["link_to"].string();
  const bool intent = request.body["bridge_intent"].boolean();
  if (to.empty()) {
    if (!intent && !request.body["bridge_on_answer"].boolean()) return {};
    return refuse("10004", "Name the call to bridge with.", "/link_to");
  }
  const CallState* other = turn.find(to);
  if (!other || other->account != request.account.id) {
    return refuse("90015", "No call has this call_control_id.", "/link_to");
  }
  ask.session_id = other->session_id;
  if (intent) ask.from = other->from;
  return {};
}

/// The call that the new one listens in on.
Result<const CallState*, ApiError> find_supervised(Turn& turn, const api::Call& request) {
  const std::string_view id = request.body["supervise_call_control_id"].string();
  if (id.empty()) return nullptr;
  const std::string pointer = "/supervise_call_control_id";
  const CallState* const call = turn.find(id);
  if (!call || call->account != request.account.id) {
    return refuse("90015", "No call of yours has this call_control_id.", pointer);
  }
  if (!call->alive()) return refuse("90018", "That call has ended.", pointer);
  if (call->phase != Phase::Answered) {
    return refuse("90034", "That call has not been answered.", pointer);
  }
  if (!call->supervises.empty()) return refuse("10027", "That call supervises another.", pointer);
  return call;
}

Result<CallState*, ApiError> add_leg(Turn& turn, const api::Call& request,
                                     const Connection& connection, const OutboundAsk& ask,
                                     const json::Value& on_answer) {
  auto leg = prepare_outbound(turn, connection, ask);
  if (!leg) return tl::unexpected(std::move(leg.error()));
  CallState& call = *leg->call;
  if (auto taken = take_client_state(request.body, call); !taken) {
    return tl::unexpected(std::move(taken.error()));
  }
  take_webhook(request.body, call);
  add_answer_actions(call, on_answer);
  if (on_answer["record"].is_object()) name_recording(turn, call);
  orders::Dial order = dial_order(request.body, *leg);
  order.digits = connection.document["dtmf_type"].string("RFC 2833");
  if (request.body["stream_establish_before_call_originate"].boolean()) {
    order.stream_url = request.body["stream_url"].string();
  }
  const CallState* linked = turn.find_alive(request.body["link_to"].string());
  if (linked && request.body["bridge_on_answer"].boolean()) {
    order.with = linked->id;
    order.bridge = true;
    order.answer = linked->incoming && linked->phase == Phase::Ringing;
  }
  turn.order(std::move(order));
  return &call;
}

}  // namespace

HeaderLines read_headers(json::View body) {
  HeaderLines headers;
  for (const std::string_view member : {"custom_headers", "sip_headers"}) {
    for (const json::View item : body[member].items()) {
      headers.emplace_back(item["name"].string(), item["value"].string());
    }
  }
  return headers;
}

std::vector<std::string> read_codecs(std::string_view text) {
  std::vector<std::string> codecs;
  while (!text.empty()) {
    const size_t comma = std::min(text.find(','), text.size());
    const std::string_view name = text.substr(0, comma);
    text.remove_prefix(std::min(comma + 1, text.size()));
    if (!name.empty()) codecs.push_back(encoding_name(name));
  }
  return codecs;
}

Result<void, ApiError> take_client_state(json::View body, CallState& call,
                                         std::string_view member) {
  const json::View given = body[member];
  if (!given.is_string()) return {};
  if (!is_base64(given.string())) {
    return refuse("90017", "The client_state must be base64.", "/" + std::string(member));
  }
  call.client_state = given.string();
  return {};
}

void take_webhook(json::View body, CallState& call) {
  const std::string_view url = body["webhook_url"].string();
  if (url.empty()) return;
  call.webhook_url = url;
  call.webhook_failover_url.clear();
  call.webhook_get = body["webhook_url_method"].string() == "GET";
}

Result<void, ApiError> check_leg(json::View body) {
  const int64_t timeout = body["timeout_secs"].integer(kUsualTimeout);
  if (timeout < kShortestTimeout || timeout > kLongestTimeout) {
    return refuse("90028", "timeout_secs lies between 5 and 600.", "/timeout_secs");
  }
  if (body["media_encryption"].string() != "DTLS") return {};
  return refuse("10015", "Media can be encrypted by SRTP with keys in the SDP, not by DTLS.",
                "/media_encryption");
}

Result<std::string, ApiError> read_billing_group(const api::Call& request,
                                                 const store::Snapshot& snapshot) {
  const std::string_view id = request.body["billing_group_id"].string();
  if (id.empty()) return std::string();
  const auto row = api::find_own(snapshot, request.account, "billing_groups", id);
  if (!row) return refuse("10015", "No billing group of yours has this id.", "/billing_group_id");
  return row->id;
}

orders::Dial dial_order(json::View body, const Outbound& leg) {
  orders::Dial order;
  order.call = leg.call->id;
  const bool elsewhere = leg.destination.kind == Destination::Kind::Address;
  const std::string transport = elsewhere ? transport_of(body) : std::string();
  for (const Place& place : leg.destination.places) {
    const bool says = place.uri.find(";transport=") != std::string::npos;
    order.places.push_back({says ? place.uri : place.uri + transport, place.aor, place.trunk,
                            place.user, place.password});
  }
  order.from = leg.call->from;
  order.from_name = leg.call->from_name;
  order.headers = read_headers(body);
  order.codecs = read_codecs(body["preferred_codecs"].string());
  order.silence_when_idle = body["send_silence_when_idle"].boolean();
  order.encrypted = body["media_encryption"].string() == "SRTP";
  order.auth_user = body["sip_auth_username"].string();
  order.auth_password = body["sip_auth_password"].string();
  order.ring_timeout = std::chrono::seconds(body["timeout_secs"].integer(kUsualTimeout));
  order.time_limit = std::chrono::seconds(body["time_limit_secs"].integer(14'400));
  return order;
}

json::Value call_document(const CallState& call, WallTime now) {
  json::Value document = json::Value::object({{"record_type", "call"},
                                              {"call_control_id", call.id},
                                              {"call_leg_id", call.leg_id},
                                              {"call_session_id", call.session_id},
                                              {"is_alive", call.alive()}});
  const int64_t end = call.alive() ? now.time_since_epoch().count() : call.ended_ms;
  const int64_t from = call.answered_ms != 0 ? call.answered_ms : end;
  document.set("call_duration", std::max<int64_t>(0, (end - from) / 1000));
  if (!call.client_state.empty()) document.set("client_state", call.client_state);
  document.set("start_time", to_iso8601(WallTime(Millis(call.started_ms))));
  if (!call.alive()) document.set("end_time", to_iso8601(WallTime(Millis(call.ended_ms))));
  return document;
}

api::Outcome dial(const api::Call& request, const store::Snapshot& snapshot, const Office& office,
                  Engine& engine) {
  const auto connection = own_application(request, snapshot);
  if (!connection) return tl::unexpected(connection.error());
  Turn turn({request.now, request.ids}, snapshot, office);
  const json::View body = request.body;
  const std::vector<std::string> numbers = destinations(body["to"]);
  if (numbers.empty() || numbers.size() > kMaxDestinations) {
    return refuse("10015", "A call has between 1 and 10 destinations.", "/to");
  }
  OutboundAsk ask{.from = std::string(body["from"].string()),
                  .from_name = std::string(body["from_display_name"].string())};
  if (auto linked = link(turn, request, ask); !linked) return tl::unexpected(linked.error());
  auto on_answer = read_answer_actions(request, snapshot);
  if (!on_answer) return tl::unexpected(std::move(on_answer.error()));
  if (auto sound = check_leg(body); !sound) return tl::unexpected(sound.error());
  const auto group = read_billing_group(request, snapshot);
  if (!group) return tl::unexpected(group.error());
  ask.billing_group = *group;
  const auto supervised = find_supervised(turn, request);
  if (!supervised) return tl::unexpected(supervised.error());
  std::vector<CallState*> legs;
  for (const std::string& number : numbers) {
    ask.to = number;
    auto leg = add_leg(turn, request, *connection, ask, *on_answer);
    if (!leg) return tl::unexpected(std::move(leg.error()));
    legs.push_back(*leg);
    if (*supervised) {
      (*leg)->supervises = (*supervised)->id;
      (*leg)->supervisor_role = body["supervisor_role"].string("barge");
    }
    ask.session_id = (*leg)->session_id;
    if (numbers.size() > 1) (*leg)->race = legs.front()->id;
    tell_initiated(turn, **leg);
  }
  turn.log_command(*legs.front(), "dial", body.text());
  json::Value answer = call_document(*legs.front(), request.now);
  if ((*on_answer)["record"].is_object()) {
    answer.set("recording_id", legs.front()->on_answer["record"]["recording_id"].string());
  }
  api::Effects effects = turn.effects(engine);
  effects.reply = api::Reply::data(answer);
  return effects;
}

}  // namespace tandem::products::voice
