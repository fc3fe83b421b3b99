#pragma once

#include "products/voice/turn.h"

/// What a dial, a transfer or an answer asks to begin once the call is answered: a recording, media
/// streaming, detection of answering machines, another pitch, a prompt.
namespace tandem::products::voice {

/// From a request's body, in a form that is kept with the call; null when it asks for nothing.
/// Refused when its prompt can't be played (see find_sound()).
Result<json::Value, api::ApiError> read_answer_actions(const api::Call& request,
                                                       const store::Snapshot& snapshot);

/// The recording options of a dial or a bridge, under the names that record_start has. 10033 and
/// 90049 for times that can't be.
Result<json::Value, api::ApiError> record_options(json::View body);

/// What read_answer_actions() gave shall begin with the answer of this call, besides what its
/// outbound profile or its number already has for it.
void add_answer_actions(CallState& call, const json::Value& actions);

/// Gives the recording that begins with the answer its id, before it begins.
std::string name_recording(Turn& turn, CallState& call);

/// The call is recorded from its answer on when the outbound voice profile says so.
void record_by_profile(CallState& call, const json::Value& profile);
/// The same for a call to a number, by the number's voice settings.
void record_by_number(CallState& call, const json::Value& voice_settings);

/// Begins what was asked for; the call is answered now.
void begin_on_answer(Turn& turn, CallState& call);

}  // namespace tandem::products::voice
