#include "events/breaker.h"

#include <algorithm>

namespace tandem::events {

bool Breaker::allows(WallTime now) const {
  if (!open()) return true;
  return !probing_ && now >= open_until_;
}

void Breaker::begin(WallTime now) {
  if (open() && now >= open_until_) probing_ = true;
}

void Breaker::succeeded() { *this = Breaker(); }

void Breaker::failed(WallTime now) {
  const bool was_open = open();
  if (!was_open) ++failures_;
  if (!open()) return;
  // Requests that left before it opened come back as failures too; only a probe's lengthens it.
  if (was_open && !probing_) return;
  if (was_open) pause_ = std::min(pause_ * 2, kBreakerMaxPause);
  probing_ = false;
  open_until_ = now + pause_;
}

}  // namespace tandem::events
