#pragma once

#include "api/registry.h"
#include "ledger/rates.h"
#include "products/common/owned_numbers.h"
#include "products/voice/turn.h"

/// Inbound channels (products/common/channels.h): what accounts hold, and calls that take one.
namespace tandem::products::voice {

/// The operations that show and change what is held; a channel is paid by the month.
void declare_channels(api::Registry& registry, const ledger::Rates& rates);

/// Whether calls for the number are paid by the channel, as its voice settings say.
bool is_paid_by_channel(const json::Value& voice_settings);

/// Counts a call for the number against the channels that the account holds; the batch falls when
/// none is free. It costs nothing by the minute.
void take_channel(Turn& turn, CallState& call, const OwnedNumber& number);

}  // namespace tandem::products::voice
