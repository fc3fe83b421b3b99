#include "carrier/smpp/backoff.h"

#include <algorithm>

namespace tandem::carrier::smpp {

namespace {

/// More doublings than any sensible pair of pauses has.
constexpr unsigned kMaxDoublings = 20;

}  // namespace

Backoff::Pause Backoff::after(unsigned failures, Random& random) const {
  const Pause full = std::min(longest_, shortest_ * (1U << std::min(failures, kMaxDoublings)));
  const auto half = static_cast<uint64_t>(full.count() / 2);
  return full - Pause(random.below(half + 1));
}

}  // namespace tandem::carrier::smpp
