#pragma once

#include "api/registry.h"

namespace tandem::products::voice {

/// POST /credential_connections/{id}/actions/check_registration_status: whether a phone stands
/// behind a credential connection, and where.
void declare_registrations(api::Registry& registry);

}  // namespace tandem::products::voice
