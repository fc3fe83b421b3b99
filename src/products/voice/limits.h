#pragma once

#include <string_view>

#include "products/voice/turn.h"

/// How many calls may run at once and how much may be spent a day, as connections and outbound
/// voice profiles say. Counted in the store, so that no two requests share the last place.
namespace tandem::products::voice {

/// Legs of one account at a time.
inline constexpr int64_t kMaxAccountCalls = 10'000;

/// What counters of inbound channels begin with (channels.h).
inline constexpr std::string_view kChannelCounter = "calls/channels/";

/// Counts an outgoing call; the batch falls when a limit is reached (see limit_error()).
void take_outbound_limits(Turn& turn, CallState& call, const json::Value& connection,
                          const json::Value& profile);
/// The same of a call that came in for the connection.
void take_inbound_limits(Turn& turn, CallState& call, const json::Value& connection);
/// Gives back what the call was counted by; once it has ended.
void release_limits(Turn& turn, CallState& call);

/// Refuses when the profile has spent what it may today, or wants lower prices.
Result<void, api::ApiError> check_spending(const Turn& turn, const json::Value& profile,
                                           ledger::Nanos a_minute);
/// What the call cost counts for its profile's day.
void count_spending(Turn& turn, const CallState& call, ledger::Nanos cost);

/// What a batch that fell is answered with, by the counter that stood in its way.
api::ApiError limit_error(std::string_view counter);

}  // namespace tandem::products::voice
