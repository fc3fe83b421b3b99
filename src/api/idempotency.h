#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/call.h"
#include "api/effects.h"

/// Requests that came twice are done once. Two ways to say that it is the same request:
/// `Idempotency-Key` on a POST (kept 24 hours, for the same operation and body), and `command_id`
/// in the body of a command (kept 60 seconds).
namespace tandem::api {

inline constexpr std::chrono::hours kIdempotencyKeyLifetime{24};
inline constexpr std::chrono::seconds kCommandIdLifetime{60};
inline constexpr size_t kMaxIdempotencyKeyBytes = 255;

/// Why and how a request is remembered.
struct Once {
  std::string row;          // in the collection idempotency_keys
  std::string fingerprint;  // of operation and body; empty: only the name counts (command_id)
  Millis lifetime{0};
};

/// How the call wants to be done once, if it does; 10015 for a key that is too long.
Result<std::optional<Once>, ApiError> once_of(const Call& call, std::string_view body_text);

/// Runs `handler` and remembers its reply with its effects, or gives the reply remembered of the
/// first time: nothing happens again. 10027 (422) when a key comes back with another request.
Outcome run_once(const Once& once, const Handler& handler, const Call& call,
                 const store::Snapshot& snapshot);

/// The workflow that forgets what has expired, and sets itself to be run again. Every Registry has
/// it, and WorkflowRunner::start() sets its first timer.
inline constexpr std::string_view kForgetWorkflow = "api.forget_requests";
Effects forget_requests(const Step& step, const store::Snapshot& snapshot);
Timer forget_timer(WallTime now);

}  // namespace tandem::api
