#include "events/breaker.h"

#include <doctest/doctest.h>

namespace tandem::events {
namespace {

const WallTime kStart = parse_iso8601("2026-11-20T10:00:00Z").value();

Breaker tripped() {
  Breaker breaker;
  for (int i = 0; i < kBreakerTripFailures; ++i) {
    CHECK(breaker.allows(kStart));
    breaker.begin(kStart);
    breaker.failed(kStart);
  }
  return breaker;
}

TEST_CASE("it opens after failures in a row only") {
  Breaker breaker;
  for (int i = 0; i < 3 * kBreakerTripFailures; ++i) {
    breaker.failed(kStart);
    if (i % 5 == 4) breaker.succeeded();
  }
  CHECK(breaker.allows(kStart));
  CHECK(breaker.at_rest());
  const Breaker open = tripped();
  CHECK(open.open());
  CHECK_FALSE(open.allows(kStart));
  CHECK_FALSE(open.allows(kStart + kBreakerFirstPause - Millis(1)));
}

TEST_CASE("after the pause one request probes") {
  Breaker breaker = tripped();
  const WallTime later = kStart + kBreakerFirstPause;
  CHECK(breaker.allows(later));
  breaker.begin(later);
  CHECK_FALSE(breaker.allows(later));
  breaker.succeeded();
  CHECK(breaker.allows(later));
  CHECK_FALSE(breaker.open());
}

TEST_CASE("failed probes make the pause longer, up to the longest") {
  Breaker breaker = tripped();
  WallTime now = kStart;
  Millis expected = kBreakerFirstPause;
  for (int i = 0; i < 20; ++i) {
    CHECK(breaker.open_until() == now + expected);
    now = breaker.open_until();
    breaker.begin(now);
    breaker.failed(now);
    expected = std::min(expected * 2, kBreakerMaxPause);
  }
  CHECK(expected == kBreakerMaxPause);
}

TEST_CASE("failures of requests that left before it opened do not count twice") {
  Breaker breaker = tripped();
  const WallTime until = breaker.open_until();
  for (int i = 0; i < 30; ++i) breaker.failed(kStart + Millis(100));
  CHECK(breaker.open_until() == until);
}

}  // namespace
}  // namespace tandem::events
