#pragma once

#include <atomic>

#include "api/site.h"
#include "contract/contract.h"
#include "core/metrics.h"

namespace tandem::app {

/// What the pages beside the API show.
struct SiteParts {
  const Metrics& metrics;
  const contract::Contract& contract;
  const std::atomic<bool>& ready;
};

/// Mounts /healthz (the process lives), /readyz (everything listens), /metrics (Prometheus),
/// /openapi.json (the contract) and /docs (a page to read it with).
void mount_site(api::Site& site, SiteParts parts);

}  // namespace tandem::app
