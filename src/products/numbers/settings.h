#pragma once

#include "api/call.h"

/// What a number and its voice settings both show, kept the same by whoever changes one of them.
namespace tandem::products::numbers {

/// `number` was changed: completes it, and takes over what its voice settings show of it.
void mirror_number(const store::Snapshot& snapshot, const api::Account& account,
                   json::Value& number, json::Value& voice);

/// `voice` was changed: takes over what the number shows of it.
void mirror_voice(const json::Value& voice, json::Value& number);

}  // namespace tandem::products::numbers
