#include "products/messaging/inbound.h"

#include "ledger/books.h"
#include "ledger/payers.h"
#include "ledger/rates.h"
#include "products/common/country_of.h"
#include "products/common/number_health.h"
#include "products/common/owned_numbers.h"
#include "products/messaging/delivery.h"
#include "products/messaging/ending.h"
#include "products/messaging/keywords.h"
#include "products/messaging/message.h"
#include "products/messaging/message_record.h"
#include "products/messaging/optouts.h"
#include "products/messaging/outbound.h"
#include "products/messaging/peer_outbox.h"

namespace tandem::products::messaging {
namespace {

constexpr std::string_view kCurrency = "USD";

/// Whose number it is.
struct Owner {
  std::string account;
  std::string billing_group;
  std::vector<std::string> tags;
  std::optional<Profile> profile;
};

std::optional<Owner> find_owner(const store::Snapshot& snapshot, std::string_view number) {
  if (is_short_code(number)) {
    const auto row = snapshot.find(kShortCodes, std::nullopt, "short_code", number);
    if (!row) return std::nullopt;
    const json::Value code = api::document_of(*row);
    return Owner{row->account, {}, {}, find_profile(snapshot, code["messaging_profile_id"].string())};
  }
  const auto owned = find_owned_number(snapshot, number);
  if (!owned) return std::nullopt;
  const auto settings = snapshot.get(kMessagingSettings, owned->id);
  if (!settings) return std::nullopt;
  const json::Value messaging = api::document_of(*settings);
  return Owner{owned->account, owned->billing_group_id, owned->tags,
               find_profile(snapshot, messaging["messaging_profile_id"].string())};
}

json::Value address(std::string_view number, std::string_view status) {
  return json::Value::object(
      {{"phone_number", number}, {"carrier", ""}, {"line_type", "Wireless"}, {"status", status}});
}

json::Value make_document(const InboundText& inbound, const Owner& owner, std::string_view id,
                          ledger::Nanos price, WallTime now) {
  json::Value others = json::Value::array();
  for (const std::string& other : inbound.multimedia.others)
    others.push(address(other, "delivered"));
  json::Value tags = json::Value::array();
  for (const std::string& tag : owner.tags) tags.push(tag);
  json::Value message = json::Value::object(
      {{"id", id},
       {"record_type", "message"},
       {"direction", "inbound"},
       {"type", inbound.mms ? "MMS" : "SMS"},
       {"messaging_profile_id", owner.profile->id},
       {"organization_id", owner.account},
       {"from", address(inbound.from, "received")},
       {"to", json::Value::array({address(inbound.to, "delivered")})},
       {"cc", std::move(others)},
       {"text", inbound.text},
       {"media", inbound.media},
       {"encoding", inbound.encoding},
       {"parts", inbound.parts},
       {"cost", money_value(price)},
       {"cost_breakdown",
        json::Value::object({{"rate", money_value(price)}, {"carrier_fee", money_value(0)}})},
       {"tags", std::move(tags)},
       {"errors", json::Value::array()},
       {"tcr_campaign_id", nullptr},
       {"tcr_campaign_billable", false},
       {"tcr_campaign_registered", nullptr},
       {"received_at", to_iso8601(now)},
       {"sent_at", nullptr},
       {"completed_at", nullptr},
       {"valid_until", nullptr},
       {"_status", "received"},
       {"_profile_name", owner.profile->name},
       {"_webhook", owner.profile->webhook_version}});
  if (inbound.mms) message.set("subject", inbound.multimedia.subject);
  const auto url = [](const std::string& text) {
    return text.empty() ? json::Value() : json::Value(text);
  };
  message.set("webhook_url", url(owner.profile->webhook_url));
  message.set("webhook_failover_url", url(owner.profile->webhook_failover_url));
  return message;
}

void charge(const InboundText& inbound, const Owner& owner, const std::string& id,
            const ledger::Price& price, WallTime now, api::Effects& effects) {
  ledger::Note note;
  note.id = "message/" + id;
  note.owner = owner.account;
  note.currency = kCurrency;
  note.product = ledger::Product::Messaging;
  note.reference = id;
  note.description = inbound.from;
  note.billing_group = owner.billing_group;
  note.quantity = inbound.parts;
  note.occurred_at = now;
  ledger::charge(effects.batch, note, price);
}

/// The answer to a keyword goes out like any other message; when it cannot, there is none.
void answer(const InboundText& inbound, const Owner& owner, const std::string& text,
            api::Moment moment, const store::Snapshot& snapshot, const Terms& terms,
            SendQueue& queue, api::Effects& effects) {
  SendRequest request;
  request.from = inbound.to;
  request.to = {inbound.from};
  request.text = text;
  request.type = "SMS";
  request.asked_for = true;
  api::Effects sending;
  const auto message = accept(request, moment, owner.account, snapshot, terms, sending);
  if (!message) return;
  announce(*message, owner.account, {}, queue, sending);
  effects.merge(std::move(sending));
}

}  // namespace

api::Effects receive_text(const InboundText& inbound, api::Moment moment,
                          const store::Snapshot& snapshot, const Terms& terms, SendQueue& queue,
                          bool may_answer) {
  api::Effects effects;
  const auto owner = find_owner(snapshot, inbound.to);
  if (!owner || !owner->profile) return effects;
  const std::string service = inbound.mms ? "mms" : "sms";
  const auto rate = terms.rates.find(service, ledger::Direction::Inbound, inbound.to);
  ledger::Price price;
  if (rate) price = {rate->price * inbound.parts, 0, rate->cost * inbound.parts};
  // A text that came in is never thrown away for want of money.
  if (ledger::read_spendable(snapshot, owner->account) < price.amount) price = {};

  const std::string id = moment.ids.uuid();
  json::Value message = make_document(inbound, *owner, id, price.amount, moment.now);
  add_networks(message, snapshot, terms);
  effects.put(std::string(kMessages), id, owner->account, message, store::kNew, moment.now);
  std::string event =
      tell(message, owner->account, "message.received", moment.now, moment.ids, effects);
  add_message_record(message, {"received", {}, std::move(event)},
                     {moment, snapshot, effects, owner->account});
  count_inbound(effects.batch, inbound.to);
  owe_text(message, snapshot, owner->account, moment, effects);

  const auto understood =
      understand(snapshot, owner->profile->id, country_of(inbound.from), inbound.text);
  if (understood) {
    if (understood->wish == Wish::Start) opt_in(owner->profile->id, inbound.from, effects);
    if (understood->wish == Wish::Stop) {
      opt_out(owner->account, owner->profile->id, inbound.to, inbound.from, understood->keyword,
              moment.now, effects);
    }
    const bool again =
        understood->wish == Wish::Stop && is_opted_out(snapshot, owner->profile->id, inbound.from);
    if (may_answer && !again && !understood->answer.empty()) {
      answer(inbound, *owner, understood->answer, moment, snapshot, terms, queue, effects);
    }
  }
  if (price.amount > 0) charge(inbound, *owner, id, price, moment.now, effects);
  return effects;
}

}  // namespace tandem::products::messaging
