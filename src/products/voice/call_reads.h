#pragma once

#include "api/registry.h"

namespace tandem::products::voice {

/// GET /calls/{call_control_id} and GET /connections/{connection_id}/active_calls.
void declare_call_reads(api::Registry& registry);

}  // namespace tandem::products::voice
