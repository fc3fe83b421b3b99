#include "products/voice/outbound.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/e164.h"
#include "products/common/notifier.h"
#include "products/common/owned_numbers.h"
#include "products/common/verified_numbers.h"
#include "products/voice/answer_actions.h"
#include "products/voice/call_pace.h"
#include "products/voice/charges.h"
#include "products/voice/limits.h"

namespace tandem::products::voice {
namespace {

using api::ApiError;
using api::refuse;

constexpr size_t kTokenSize = 24;
constexpr std::string_view kProfiles = "outbound_voice_profiles";

Result<void, ApiError> check_caller(const Turn& turn, const Connection& connection,
                                    const OutboundAsk& ask) {
  if (!is_e164(ask.from)) {
    return refuse("10016", "The caller must be a number in +E.164 format.", "/from");
  }
  const auto owned = find_owned_number(turn.snapshot(), ask.from);
  const bool own = owned && owned->account == connection.account;
  if (!own && !has_verified_number(turn.snapshot(), connection.account, ask.from)) {
    return refuse("10010",
                  "Calls go out with a number of your account, or one it has verified, as the "
                  "caller (D51: unverified origination number).",
                  "/from");
  }
  return {};
}

bool is_whitelisted(const json::Value& profile, std::string_view to) {
  const json::Value& list = profile["whitelisted_destinations"];
  if (!list.is_array() || list.items().empty()) return true;
  const std::string_view country = country_of(to);
  return std::any_of(list.items().begin(), list.items().end(),
                     [country](const json::Value& item) { return item.string() == country; });
}

Result<json::Value, ApiError> find_profile(const Turn& turn, const Connection& connection,
                                           const OutboundAsk& ask) {
  const std::string id(connection.document.at_path("outbound.outbound_voice_profile_id").string());
  const auto row = id.empty() ? std::nullopt : turn.snapshot().get(kProfiles, id);
  if (!row || row->account != connection.account) {
    return refuse("10010", "The connection has no outbound voice profile (D38).", "/connection_id");
  }
  json::Value profile = api::document_of(*row);
  if (!profile["enabled"].boolean(true)) {
    return refuse("10010", "The outbound voice profile is disabled.", "/connection_id");
  }
  if (!is_whitelisted(profile, ask.to)) {
    return refuse("10010",
                  "The destination's country is not whitelisted by the outbound voice profile "
                  "(D13).",
                  "/to");
  }
  return profile;
}

/// Help is called from numbers that have an address to send it to; people are told of it.
Result<void, ApiError> call_for_help(Turn& turn, const Connection& connection,
                                     const OutboundAsk& ask) {
  const auto owned = find_owned_number(turn.snapshot(), ask.from);
  const auto row = owned ? turn.snapshot().get(kPhoneNumbers, owned->id) : std::nullopt;
  if (!row || !api::document_of(*row)["emergency_enabled"].boolean()) {
    return refuse("10010", "Emergency calling is not enabled for this number.", "/from");
  }
  const json::Value payload = json::Value::object({{"phone_number", ask.from},
                                                   {"dialed_number", ask.to},
                                                   {"connection_id", connection.id()},
                                                   {"occurred_at", to_iso8601(turn.now())}});
  const Notice notice{.event = "Emergency Number Dialed", .payload = payload, .about = ask.from};
  notify(turn.snapshot(), turn.moment(), connection.account, notice, turn.extra());
  return {};
}

/// Whether the leg may be placed as far as its kind of destination goes; the profile that pays, or
/// null for calls that cost nothing.
Result<json::Value, ApiError> check_destination(Turn& turn, const Connection& connection,
                                                const OutboundAsk& ask,
                                                const Destination& destination) {
  using Kind = Destination::Kind;
  if (destination.kind == Kind::Phone || destination.kind == Kind::Address) return json::Value();
  if (auto sound = check_caller(turn, connection, ask); !sound) {
    return tl::unexpected(std::move(sound.error()));
  }
  json::Value profile;
  if (destination.kind == Kind::Help) {
    if (auto sound = call_for_help(turn, connection, ask); !sound) {
      return tl::unexpected(std::move(sound.error()));
    }
  } else if (destination.kind == Kind::Outside) {
    auto found = find_profile(turn, connection, ask);
    if (!found) return tl::unexpected(std::move(found.error()));
    profile = std::move(*found);
    const auto rate = turn.office().rates.find("voice", ledger::Direction::Outbound, ask.to);
    if (auto sound = check_spending(turn, profile, rate ? rate->price : 0); !sound) {
      return tl::unexpected(std::move(sound.error()));
    }
  }
  if (destination.places.empty()) {
    return refuse("10037", "There is no carrier to take this call to.");
  }
  return profile;
}

/// Help is never too much to ask for.
Result<void, ApiError> keep_pace(const Turn& turn, const Connection& connection,
                                 const json::Value& profile, Destination::Kind kind) {
  CallPace* const pace = turn.office().pace;
  if (pace == nullptr || kind == Destination::Kind::Help) return {};
  return pace->take(connection.account, profile["id"].string(), connection.id());
}

CallState new_leg(Turn& turn, const Connection& connection, const OutboundAsk& ask) {
  CallState call;
  call.id = new_call_id(turn.ids());
  call.leg_id = turn.ids().uuid();
  call.session_id = ask.session_id.empty() ? turn.ids().uuid() : ask.session_id;
  call.account = connection.account;
  call.connection_id = connection.id();
  call.process = turn.office().process;
  call.control = ask.control;
  call.from = ask.from;
  call.from_name = ask.from_name;
  call.to = ask.to;
  call.billing_group = ask.billing_group;
  call.started_ms = turn.now_ms();
  follow_connection(call, connection.document);
  return call;
}

}  // namespace

std::string new_call_id(Ids& ids) { return "v3:" + ids.number() + ids.token(kTokenSize); }

void follow_connection(CallState& call, const json::Value& connection) {
  call.webhook_url = connection["webhook_event_url"].string();
  call.webhook_failover_url = connection["webhook_event_failover_url"].string();
  call.webhook_v1 = connection["_asked_version"].string() == "1";
  call.tags = connection["tags"];
}

Result<Outbound, ApiError> prepare_outbound(Turn& turn, const Connection& connection,
                                            const OutboundAsk& ask) {
  auto destination = find_destination(turn.snapshot(), turn.office(), connection.account, ask.to);
  if (!destination) return tl::unexpected(std::move(destination.error()));
  auto profile = check_destination(turn, connection, ask, *destination);
  if (!profile) return tl::unexpected(std::move(profile.error()));
  if (auto paced = keep_pace(turn, connection, *profile, destination->kind); !paced) {
    return tl::unexpected(std::move(paced.error()));
  }
  CallState& call = turn.add(new_leg(turn, connection, ask));
  call.on_net = destination->kind != Destination::Kind::Outside;
  if (destination->kind == Destination::Kind::Phone) {
    const auto user = find_sip_user(turn.snapshot(), destination->places.front().aor, turn.now());
    if (user) call.far_connection = user->connection_id;
  }
  if (profile->is_object()) {
    call.profile_id = (*profile)["id"].string();
    if (call.billing_group.empty()) call.billing_group = (*profile)["billing_group_id"].string();
    record_by_profile(call, *profile);
  }
  take_outbound_limits(turn, call, connection.document, *profile);
  open_charges(turn, call);
  return Outbound{&call, std::move(*destination)};
}

}  // namespace tandem::products::voice
