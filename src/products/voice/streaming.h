#pragma once

#include "products/voice/reports.h"
#include "products/voice/turn.h"

/// Audio of a call to and from a WebSocket.
namespace tandem::products::voice {

/// The stream_* members of a request, as they are kept with the call; 10003 for an address that is
/// not one of WebSockets, 10015 for a codec that can't be decoded.
Result<json::Value, api::ApiError> read_stream(json::View body);

void start_streaming(Turn& turn, CallState& call, const json::Value& options);
/// Ends it and tells, if one runs.
void end_streaming(Turn& turn, CallState& call);

void on_report(Turn& turn, CallState& call, const reports::StreamStarted& report);
void on_report(Turn& turn, CallState& call, const reports::StreamEnded& report);

}  // namespace tandem::products::voice
