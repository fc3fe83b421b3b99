#pragma once

#include <string_view>

#include "products/voice/turn.h"

/// Collecting digits that a caller presses. A gather counts from its prompt's end, or from the
/// command when there is none; the first digit ends the prompt.
namespace tandem::products::voice {

/// Begins; another gather that runs is cancelled first. What is said before stands in its
/// prompt_sound, if anything: a sound_document(), with media_url or media_name when its beginning
/// and end are told as those of a playback.
void start_gather(Turn& turn, CallState& call, Gather gather);
/// A digit was pressed, whether or not anybody collects.
void on_digit(Turn& turn, CallState& call, char digit);
/// The sound with that number has ended: the wait for digits begins, if it was the prompt.
void on_prompt_ended(Turn& turn, CallState& call, uint64_t sound);
/// Whether the timer was one of the gather's.
bool on_gather_timer(Turn& turn, CallState& call, uint64_t token);
/// Ends it with what was pressed so far, if one runs: "cancelled", "call_hangup", "cancelled_amd".
void end_gather(Turn& turn, CallState& call, std::string_view status);

}  // namespace tandem::products::voice
