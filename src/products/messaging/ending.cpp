#include "products/messaging/ending.h"

#include "ledger/holds.h"
#include "products/common/number_health.h"
#include "products/messaging/message.h"
#include "products/messaging/message_record.h"
#include "products/messaging/peer_outbox.h"

namespace tandem::products::messaging {
namespace {

constexpr std::string_view kCurrency = "USD";
/// Decimals of amounts that are smaller than a cent.
constexpr int kDecimals = 4;
// Errors that the networks themselves are to blame for.
constexpr int kUnavailable = 40006;
constexpr int kLoop = 40007;
constexpr int kExpiredInQueue = 40014;

bool is_spam(std::optional<int> error) {
  return error && (*error == 40002 || *error == 40003 || *error == 40015 || *error == 40017);
}

std::string_view record_status(std::string_view status, std::optional<int> error) {
  if (status == "delivered") return "delivered";
  if (status == "delivery_unconfirmed") return "dlr_unconfirmed";
  if (status == "sending_failed") return "gw_reject";
  if (status == "expired" || error == kExpiredInQueue) return "gw_timeout";
  return "failed";
}

ledger::Note note_of(const json::Value& message, const EndingContext& context) {
  ledger::Note note;
  note.id = record_id_of(message);
  note.owner = context.account;
  note.currency = kCurrency;
  note.product = ledger::Product::Messaging;
  note.charge = ledger::Charge::Usage;
  note.reference = message["id"].string();
  note.description = message["to"].items().front()["phone_number"].string();
  note.billing_group = message["_billing_group"].string();
  note.quantity = message["parts"].integer() * static_cast<int64_t>(message["to"].items().size());
  note.occurred_at = context.moment.now;
  return note;
}

void pay(json::Value& message, bool charged, const EndingContext& context) {
  if (message["_held"].is_null()) return;
  const ledger::Hold hold{.id = record_id_of(message),
                          .owner = std::string(context.account),
                          .currency = std::string(kCurrency),
                          .amount = message["_held"].integer(),
                          .kept_elsewhere = true};
  message.members().erase("_held");
  if (charged) {
    const ledger::Price price{message["_price"].integer(), 0, message["_cost"].integer()};
    return ledger::settle(context.effects.batch, hold, note_of(message, context), price);
  }
  ledger::release(context.effects.batch, hold);
  const std::string counter(message["_spend"].string());
  if (!counter.empty()) {
    context.effects.batch.adjusts.push_back({.key = counter, .delta = -hold.amount});
  }
  message.set("cost", money_value(0));
}

void conclude(json::Value& message, std::string_view status, std::optional<int> error,
              const EndingContext& context) {
  message.set("_status", status);
  for (json::Value& receiver : message.member("to").items()) {
    const std::string_view own = receiver["status"].string();
    const bool open =
        own == "queued" || own == "sending" || own == "sent" || own == "delivery_unconfirmed";
    if (open) receiver.set("status", status);
  }
  if (error) add_error(message, *error);
  message.set("completed_at", to_iso8601(context.moment.now));
  clear_due(message);
}

/// By record, by receipt and by webhook.
void announce_end(const json::Value& message, std::string_view status, std::optional<int> error,
                  const EndingContext& context) {
  owe_receipts(message, status, error, context.account, context.moment, context.effects);
  std::string event = tell(message, context.account, "message.finalized", context.moment.now,
                           context.moment.ids, context.effects);
  add_message_record(message, {record_status(status, error), error, std::move(event)}, context);
}

}  // namespace

json::Value money_value(int64_t nanos) {
  return json::Value::object(
      {{"amount", ledger::to_decimal(nanos, kDecimals)}, {"currency", kCurrency}});
}

bool is_charged(std::string_view status, std::optional<int> error) {
  if (status == "sending_failed" || status == "expired") return false;
  return error != kUnavailable && error != kLoop;
}

void finish(json::Value& message, std::string_view status, std::optional<int> error,
            const EndingContext& context) {
  conclude(message, status, error, context);
  pay(message, is_charged(status, error), context);
  const std::string_view from = message["from"]["phone_number"].string();
  const Ending ending = status == "delivered" ? Ending::Delivered
                        : is_spam(error)      ? Ending::Spam
                                              : Ending::Failed;
  count_ending(context.effects.batch, from, ending);
  announce_end(message, status, error, context);
}

void cancel(json::Value& message, const EndingContext& context) {
  set_status(message, "cancelled");
  clear_due(message);
  pay(message, false, context);
  owe_receipts(message, "cancelled", {}, context.account, context.moment, context.effects);
}

void correct(json::Value& message, std::string_view status, std::optional<int> error,
             const EndingContext& context) {
  conclude(message, status, error, context);
  announce_end(message, status, error, context);
}

}  // namespace tandem::products::messaging
