#include "products/voice/referrals.h"

#include <memory>
#include <utility>

#include "api/dispatcher.h"
#include "core/e164.h"
#include "products/voice/call_machine.h"
#include "products/voice/connection_settings.h"
#include "products/voice/dial.h"
#include "products/voice/incoming.h"
#include "products/voice/outbound.h"
#include "telephony/call/switch.h"
#include "telephony/sip/grammar.h"
#include "telephony/sip/uri.h"

namespace tandem::products::voice {
namespace {

constexpr int kBadRequest = 400;
constexpr int kForbidden = 403;
constexpr int kNotFound = 404;
constexpr int kUnsupportedScheme = 416;
constexpr int kLoop = 482;
constexpr int kDecline = 603;

/// Transfers that may follow each other: phones which answer with a transfer must not go on for
/// ever.
constexpr int64_t kMaxTransfers = 10;
constexpr const char* kRingback = "us";

tl::unexpected<int> refused(int status) { return tl::unexpected(status); }

/// Whether a call belongs to SIP connections alone.
bool is_plain(const CallState* call) { return call != nullptr && call->control == Control::Trunk; }

/// The user part that would be dialled. Numbers may stand at any host, as PBXs write their own;
/// names are ours.
Result<std::string, int> dialed_of(const Turn& turn, const Connection& connection,
                                   const std::string& target) {
  const auto uri = sip::parse_uri(target);
  if (!uri) return refused(kBadRequest);
  if (!uri->is_sip() && uri->scheme != sip::Scheme::Tel) return refused(kUnsupportedScheme);
  const std::string_view method = uri->params.get("method", "INVITE");
  if (!sip::iequals(method, "INVITE")) return refused(kDecline);
  const std::string user = uri->user_text();
  if (user.empty()) return refused(kBadRequest);
  std::string dialed = read_dialed(turn, connection, user);
  const bool number = is_e164(dialed) || is_emergency(dialed);
  if (!number && !is_own_host(turn.office(), *uri)) return refused(kForbidden);
  return dialed;
}

/// Another leg, placed by the far end's connection and joined with the partner.
Result<void, int> send_on(Turn& turn, CallState& call, const Connection& connection,
                          const ReferAsk& ask) {
  if (call.transfers >= kMaxTransfers) return refused(kLoop);
  auto dialed = dialed_of(turn, connection, ask.target);
  if (!dialed) return refused(dialed.error());
  const std::string& own = call.incoming ? call.from : call.to;
  const auto leg = prepare_outbound(turn, connection,
                                    {.from = read_caller(connection, own, is_emergency(*dialed)),
                                     .to = std::move(*dialed),
                                     .session_id = call.session_id,
                                     .control = Control::Trunk});
  if (!leg) return refused(sip_status(leg.error()));
  leg->call->transfers = call.transfers + 1;
  orders::Dial dial = dial_order({}, *leg);
  follow_settings(dial, turn.snapshot(), connection, leg->call->far_connection);
  dial.referrer = call.id;
  dial.ringback = kRingback;
  // Who asked concerns people here alone (RFC 3892 section 5).
  const bool here = leg->destination.kind == Destination::Kind::Phone;
  if (here && !ask.referred_by.empty()) dial.headers.emplace_back("Referred-By", ask.referred_by);
  turn.order(std::move(dial));
  tell_initiated(turn, *leg->call);
  return {};
}

Result<void, int> hand_over(Turn& turn, const CallState& call, const ReferAsk& ask) {
  const CallState* const other = turn.find_alive(*ask.replaced);
  if (!is_plain(other) || other->id == call.id) return refused(kNotFound);
  if (other->far_connection != call.far_connection) return refused(kForbidden);
  if (!is_plain(turn.find_alive(ask.replaced_partner))) return refused(kNotFound);
  turn.order(orders::HandOver{call.id, other->id});
  return {};
}

}  // namespace

Result<void, int> transfer_by_phone(Turn& turn, const ReferAsk& ask) {
  CallState* const call = turn.find_alive(ask.call);
  if (!is_plain(call) || !is_plain(turn.find_alive(ask.partner))) return refused(kDecline);
  const auto connection = find_connection(turn.snapshot(), call->far_connection);
  if (!connection) return refused(kForbidden);
  if (ask.replaced) return hand_over(turn, *call, ask);
  return send_on(turn, *call, *connection, ask);
}

void Referrals::take(call::LegId leg, const call::Referral& referral) {
  ReferAsk ask{.call = legs_.call(leg),
               .partner = legs_.call(referral.partner),
               .target = referral.target,
               .referred_by = referral.referred_by};
  if (!referral.replaces_header.empty()) {
    ask.replaced = legs_.call(referral.replaces);
    ask.replaced_partner = legs_.call(referral.replaced_partner);
  }
  const auto status = std::make_shared<int>(kDecline);
  dispatcher_->decide(
      [this, ask, status](const api::Moment& moment,
                          const store::Snapshot& snapshot) -> api::Outcome {
        Turn turn(moment, snapshot, office_);
        const auto transferred = transfer_by_phone(turn, ask);
        *status = transferred ? 0 : transferred.error();
        if (!transferred) return api::Effects();
        return turn.effects(engine_);
      },
      [this, leg, status](const api::Decided& decided) {
        const int refusal = decided.error ? sip_status(*decided.error) : *status;
        if (refusal != 0) calls_->reject_referral(leg, refusal);
      });
}

}  // namespace tandem::products::voice
