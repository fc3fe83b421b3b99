#pragma once

#include "api/dispatcher.h"
#include "api/registry.h"
#include "api/site.h"
#include "carrier/sandbox/rcs_phones.h"

namespace tandem::app {

/// Mounts what the operator of the sandbox's RCS network does, and what its phones got.
///
///   POST /sandbox/rcs_agents {"agent_id", "agent_name", "launched", "account_id"}   give an agent
///   GET  /sandbox/rcs_messages?number=n                                             latest first
void mount_sandbox_rcs(api::Site& site, carrier::sandbox::RcsPhones& phones,
                       const api::Registry& registry, api::Dispatcher& dispatcher);

}  // namespace tandem::app
