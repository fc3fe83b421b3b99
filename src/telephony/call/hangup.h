#pragma once

#include "telephony/call/events.h"
#include "telephony/sip/call_leg.h"

namespace tandem::call {

/// What a final response to an INVITE means.
HangupCause cause_of(int status);
/// Whether trying another target makes no sense: the person said no, or does not exist.
bool is_final_refusal(int status);
/// What a caller is told whose relayed call failed with `status`: failures of ours to sign in
/// elsewhere, or loops, are none of the caller's.
int relayed_status(int status);

/// The end of a leg as its dialog tells it.
Hangup hangup_of(const sip::LegEnd& end, bool incoming, bool answered);
/// Every field of a message, with folds undone.
HeaderList headers_of(const sip::Message& message);

}  // namespace tandem::call
