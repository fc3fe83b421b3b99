#pragma once

#include <optional>

#include "products/voice/orders.h"
#include "telephony/call/plan.h"

namespace tandem::products::voice {

/// The order as the switch takes it; `with` is the leg it belongs to.
call::DialPlan dial_plan(const orders::Dial& order, std::optional<call::LegId> with);

/// What becomes of two bridged calls when one ends: both do, unless the first stays.
call::Parting parting(bool first_stays);

/// Puts what is said into a plan.
void set_rtcp(call::MediaPlan& plan, const Rtcp& rtcp);

/// "RFC 2833", "Inband", "SIP INFO".
call::DigitMode digit_mode(const std::string& name);

}  // namespace tandem::products::voice
