#pragma once

#include <optional>

#include "api/effects.h"
#include "store/store.h"

namespace tandem::api {

/// A Timer as a document of the collection `timers`. `failures` counts the runs that did not work.
store::Put timer_row(const Timer& timer, int failures = 0, int64_t expected = store::kAnyRevision);

struct StoredTimer {
  Timer timer;
  int failures = 0;
  int64_t revision = 0;
};
StoredTimer read_timer(const store::Row& row);

/// Turns the events and timers of `effects` into rows of its batch. The earliest due time, when
/// there are timers.
std::optional<WallTime> seal(Effects& effects);

}  // namespace tandem::api
