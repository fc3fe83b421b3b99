#pragma once

#include "products/common/owned_numbers.h"
#include "products/voice/reports.h"
#include "products/voice/turn.h"

/// Voicemail of numbers (/phone_numbers/{id}/voicemail): a call nobody answers is answered here,
/// hears a greeting and a tone, and its message becomes a recording like any other. Who calls the
/// box from its own number, or presses * during the greeting, hears the messages after the PIN.
namespace tandem::products::voice {

/// Whether voicemail takes the call if nobody answers it: the number has it switched on.
bool offer_voicemail(Turn& turn, CallState& call, const OwnedNumber& number);
/// How long others have to answer; `none`: nobody else is called.
void wait_before_voicemail(Turn& turn, CallState& call, bool none);
/// Nobody answered: voicemail does, when it was offered. Who else rings for the call is cancelled.
void take_message(Turn& turn, CallState& call);

// What happens on a call; those that say so tell whether it was voicemail's.

/// The call is answered, by voicemail or somebody else.
void voicemail_answered(Turn& turn, CallState& call);
bool voicemail_digit(Turn& turn, CallState& call, char digit);
bool voicemail_timer(Turn& turn, CallState& call, uint64_t token);
void voicemail_sound_ended(Turn& turn, CallState& call, uint64_t sound);
/// The message is complete; gives the box it belongs to, or nothing.
std::string voicemail_recorded(Turn& turn, CallState& call, uint64_t recording);

}  // namespace tandem::products::voice
