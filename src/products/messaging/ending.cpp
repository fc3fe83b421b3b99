#include "products/messaging/ending.h"

#include "ledger/holds.h"
#include "products/common/country_of.h"
#include "products/common/detail_records.h"
#include "products/common/number_health.h"
#include "products/messaging/message.h"
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

/// Of its entry in the books and of its record.
std::string id_of(const json::Value& message) {
  return "message/" + std::string(message["id"].string());
}

ledger::Note note_of(const json::Value& message, const EndingContext& context) {
  ledger::Note note;
  note.id = id_of(message);
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
  const ledger::Hold hold{.id = id_of(message),
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

void add_record(const json::Value& message, std::string_view status, std::optional<int> error,
                const EndingContext& context) {
  const std::string_view to = message["to"].items().front()["phone_number"].string();
  const std::string_view from = message["from"]["phone_number"].string();
  json::Value errors = json::Value::array();
  if (error) errors.push(std::to_string(*error));
  json::Value record =
      json::Value::object({{"record_type", "message_detail_record"},
                           {"uuid", message["id"]},
                           {"user_id", context.account},
                           {"direction", "outbound"},
                           {"message_type", message["type"]},
                           {"cli", from},
                           {"cld", to},
                           {"country_code", country_of(to)},
                           {"source_country_code", country_of(from)},
                           {"parts", message["parts"]},
                           {"profile_id", message["messaging_profile_id"]},
                           {"profile_name", message["_profile_name"]},
                           {"status", record_status(status, error)},
                           {"errors", std::move(errors)},
                           {"cost", message["cost"]["amount"]},
                           {"rate", money_value(message["_rate"].integer())["amount"]},
                           {"carrier_fee", "0.00"},
                           {"currency", kCurrency},
                           {"on_net", false},
                           {"fteu", false},
                           {"tags", ""},
                           {"created_at", message["received_at"]},
                           {"updated_at", to_iso8601(context.moment.now)},
                           {"completed_at", to_iso8601(context.moment.now)}});
  for (const auto& [name, from_member] :
       {std::pair{"sent_at", "sent_at"},
        {"delivery_status_webhook_url", "webhook_url"},
        {"delivery_status_failover_url", "webhook_failover_url"}}) {
    if (message[from_member].is_string()) record.set(name, message[from_member]);
  }
  add_detail_record(context.effects, id_of(message), std::string(context.account),
                    std::move(record), context.moment.now);
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
  add_record(message, status, error, context);
  const std::string_view from = message["from"]["phone_number"].string();
  const Ending ending = status == "delivered" ? Ending::Delivered
                        : is_spam(error)      ? Ending::Spam
                                              : Ending::Failed;
  count_ending(context.effects.batch, from, ending);
  owe_receipts(message, status, error, context.account, context.moment, context.effects);
  tell(message, context.account, "message.finalized", context.moment.now, context.moment.ids,
       context.effects);
}

void cancel(json::Value& message, const EndingContext& context) {
  set_status(message, "cancelled");
  clear_due(message);
  pay(message, false, context);
}

void correct(json::Value& message, std::string_view status, std::optional<int> error,
             const EndingContext& context) {
  conclude(message, status, error, context);
  add_record(message, status, error, context);
  owe_receipts(message, status, error, context.account, context.moment, context.effects);
  tell(message, context.account, "message.finalized", context.moment.now, context.moment.ids,
       context.effects);
}

}  // namespace tandem::products::messaging
