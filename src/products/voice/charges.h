#pragma once

#include <string_view>

#include "products/voice/turn.h"

/// What calls cost: money is set aside when a call is placed, more of it while it lasts, and the
/// price is posted when it ends, together with a detail record that says the same.
namespace tandem::products::voice {

/// Finds the price of the call and sets the first minutes aside; the batch falls when the money is
/// not there. Calls within the platform cost nothing.
void open_charges(Turn& turn, CallState& call);
/// The call was answered: before what is set aside has run out, more follows.
void watch_money(Turn& turn, CallState& call);
/// Sets the next minutes aside. The batch falls when the money is not there; within its means the
/// call ends instead.
void extend_charges(Turn& turn, CallState& call);
/// The call has ended: posts what it cost, as far as there is money, and writes its detail record.
void settle_charges(Turn& turn, CallState& call);

/// A service on top of the call, by name of the price list, for `seconds` (or once, when 0): posts
/// and writes a detail record of `record_type` with the further members `more`.
void charge_service(Turn& turn, const CallState& call, std::string_view service,
                    std::string_view record_type, int64_t seconds, json::Value more);
/// The same for so many of something: characters that were spoken.
void charge_units(Turn& turn, const CallState& call, std::string_view service,
                  std::string_view record_type, int64_t units, json::Value more);

}  // namespace tandem::products::voice
