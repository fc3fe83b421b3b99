#pragma once

#include "products/voice/reports.h"
#include "products/voice/turn.h"

/// What a call's state becomes of what the engine reports: pure, so that every path of a call is
/// tested without one.
namespace tandem::products::voice {

/// One report about the call. Reports about what is not there (any more) change nothing.
void on_report(Turn& turn, CallState& call, const Report& report);

/// A new call is told to its application: call.initiated.
void tell_initiated(Turn& turn, const CallState& call, json::Value more = {});

/// Ends the call in the books and tells it; nothing is ordered of the engine, which has ended it.
void end_call(Turn& turn, CallState& call, const reports::Ended& report);

}  // namespace tandem::products::voice
