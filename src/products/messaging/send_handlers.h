#pragma once

#include "api/registry.h"
#include "ledger/rates.h"
#include "products/messaging/send_queue.h"

namespace tandem::products::messaging {

/// Binds the operations that send, show and cancel messages. `rates` and `queue` outlive the
/// registry.
void declare_sending(api::Registry& registry, const ledger::Rates& rates, SendQueue& queue);

}  // namespace tandem::products::messaging
