#pragma once

#include <functional>
#include <string>

#include "api/site.h"
#include "core/clock.h"
#include "core/result.h"

namespace tandem::app {

/// What the sandbox profile adds to a platform; absent in the operator profile.
struct SandboxControls {
  VirtualClock& clock;
  /// Empties the platform and sets it up as at its first start. May block; called on a pool's
  /// thread.
  std::function<Result<void>()> reset;
  /// Runs work that may block away from the shards.
  std::function<bool(std::function<void()>)> in_background;
};

/// Mounts GET /sandbox/clock, POST /sandbox/clock/advance {"ms": n} and POST /sandbox/reset. Bodies
/// must be application/json, so that no web page can trigger them by a plain form.
void mount_sandbox(api::Site& site, SandboxControls controls);

}  // namespace tandem::app
