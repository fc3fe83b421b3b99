#pragma once

#include "products/voice/reports.h"
#include "products/voice/turn.h"

/// Answering machine detection: who has answered, and when a machine's greeting is over.
namespace tandem::products::voice {

/// From the request's answering_machine_detection and its config; what is asked of the engine.
Detection read_detection(std::string_view mode, json::View config);

/// Begins on an answered call; `mode` as the API names it.
void start_detection(Turn& turn, CallState& call, const json::Value& asked);

void on_report(Turn& turn, CallState& call, const reports::Detected& report);
void on_report(Turn& turn, CallState& call, const reports::GreetingEnded& report);

}  // namespace tandem::products::voice
