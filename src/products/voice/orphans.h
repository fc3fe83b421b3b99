#pragma once

#include "api/dispatcher.h"
#include "products/voice/office.h"
#include "products/voice/orders.h"

namespace tandem::products::voice {

/// Calls that a former process carried ended with it: each is ended in the books and told, with
/// the cause "unspecified". Once, before new calls are taken.
void end_orphans(api::Dispatcher& dispatcher, const Office& office, Engine& engine);

}  // namespace tandem::products::voice
