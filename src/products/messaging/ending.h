#pragma once

#include <optional>
#include <string_view>

#include "api/call.h"
#include "core/json.h"

/// How messages end: the last status, the money, the detail record, the webhook.
namespace tandem::products::messaging {

/// What an ending needs around it.
struct EndingContext {
  api::Moment moment;
  const store::Snapshot& snapshot;
  api::Effects& effects;
  std::string_view account;
};

/// The message is final: `status` is "delivered", "delivery_failed", "delivery_unconfirmed",
/// "sending_failed" or "expired"; `error` (a code of the catalogue) says why it failed. Receivers
/// of a group that have their own status keep it. Charges what is to be charged, gives back the
/// rest, writes the detail record, tells message.finalized.
void finish(json::Value& message, std::string_view status, std::optional<int> error,
            const EndingContext& context);

/// It was cancelled before it was sent: gives back the money, tells nobody but the SMPP peer that
/// wants a receipt.
void cancel(json::Value& message, const EndingContext& context);

/// A receipt that came after the message was given up as unconfirmed: status and webhook again,
/// nothing else.
void correct(json::Value& message, std::string_view status, std::optional<int> error,
             const EndingContext& context);

/// Whether a message that ended so is paid for: what networks took over is, unless they failed
/// themselves (40006, 40007); what never left is not.
bool is_charged(std::string_view status, std::optional<int> error);

/// "0.0040 USD" as the API writes amounts of messages.
json::Value money_value(int64_t nanos);

}  // namespace tandem::products::messaging
