#pragma once

#include "products/voice/reports.h"
#include "products/voice/turn.h"

/// Sounds on a call: what is ordered, what has begun, what has ended, and the events about it.
namespace tandem::products::voice {

/// How a sound is kept in the state of a call that may want it again, and back.
json::Value sound_document(const Sound& sound);
Sound read_sound(const json::Value& document);

/// Plays, after what plays already; gives the number of the sound. `about` carries what events
/// say: media_url or media_name, overlay, speech, silent.
uint64_t play(Turn& turn, CallState& call, Sound sound, Playing about, uint32_t loops = 1,
              bool cache = true);
/// Ends what plays (and what waits behind, if `all`) in the main or the overlay queue.
void stop_playing(Turn& turn, CallState& call, bool overlay, bool all);

void on_report(Turn& turn, CallState& call, const reports::PlayStarted& report);
void on_report(Turn& turn, CallState& call, const reports::PlayEnded& report);
/// Ends a call that is brief and has said all it had to say.
void end_if_said(Turn& turn, CallState& call);
/// The call is over: what had begun ends with it.
void end_playing(Turn& turn, CallState& call);

}  // namespace tandem::products::voice
