#pragma once

#include <chrono>

#include "core/random.h"

namespace tandem::carrier::smpp {

/// Growing pauses between attempts: doubling from the shortest to the longest, each cut by a random
/// part of up to a half, so that many do not come back at the same moment.
class Backoff {
 public:
  using Pause = std::chrono::milliseconds;

  Backoff(Pause shortest, Pause longest) : shortest_(shortest), longest_(longest) {}

  Pause next(Random& random) { return after(failures_++, random); }
  /// The pause after so many failures before this one, for who counts himself.
  Pause after(unsigned failures, Random& random) const;
  /// After a success: the next pause is the shortest again.
  void reset() { failures_ = 0; }

 private:
  Pause shortest_;
  Pause longest_;
  unsigned failures_ = 0;
};

}  // namespace tandem::carrier::smpp
