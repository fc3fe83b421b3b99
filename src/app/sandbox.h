#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "api/dispatcher.h"
#include "api/site.h"
#include "core/clock.h"
#include "core/result.h"
#include "store/store.h"

namespace tandem::app {

/// Counter in the store: milliseconds by which the sandbox's clock was advanced, so that a restart
/// does not take it back.
inline constexpr std::string_view kSandboxClockCounter = "sandbox/clock_ms";

/// What the sandbox profile adds to a platform; absent in the operator profile.
struct SandboxControls {
  VirtualClock& clock;
  store::Database& database;
  api::Dispatcher& dispatcher;
  /// Empties the platform and sets it up as at its first start. May block; called on a pool's
  /// thread.
  std::function<Result<void>()> reset;
  /// Runs work that may block away from the shards.
  std::function<bool(std::function<void()>)> in_background;
};

/// Mounts what makes a sandbox one. Bodies must be application/json, so that no web page can
/// trigger them by a plain form.
///
///   GET  /sandbox/clock                            what time it is
///   POST /sandbox/clock/advance {"ms": n}          move it forward
///   POST /sandbox/reset {}                         back to the first start
///   POST /sandbox/events {"application_id": id}    send an application or profile a test event
///   POST /sandbox/short_codes {"short_code": "72345", "country_code": "US"}   give a short code
///   POST /sandbox/deposits {"amount": "250.00"}    pay money in, or take it away (negative);
///                                                  "account_id": another account than the first
///   GET  /sandbox/requests?limit=n&before=id       the request log, newest first
void mount_sandbox(api::Site& site, const SandboxControls& controls);

}  // namespace tandem::app
