#include "events/backoff.h"

#include <doctest/doctest.h>

namespace tandem::events {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

TEST_CASE("waits double up to the longest, within their jitter") {
  SeededRandom random(1);
  const std::pair<int, seconds> rows[] = {
      {1, seconds(10)},     {2, seconds(20)},     {5, seconds(160)},      {9, seconds(2'560)},
      {10, seconds(3'600)}, {19, seconds(3'600)}, {1'000, seconds(3'600)}};
  for (const auto& [rounds, plain] : rows) {
    CAPTURE(rounds);
    Millis shortest = Millis::max();
    Millis longest{0};
    for (int i = 0; i < 500; ++i) {
      const Millis delay = retry_delay(rounds, random);
      CHECK(delay >= plain * 8 / 10);
      CHECK(delay <= plain * 12 / 10);
      shortest = std::min(shortest, delay);
      longest = std::max(longest, delay);
    }
    CHECK(longest - shortest > plain / 10);
  }
}

TEST_CASE("twenty rounds span hours, not minutes and not days") {
  SeededRandom random(2);
  Millis total{0};
  for (int rounds = 1; rounds < 20; ++rounds) total += retry_delay(rounds, random);
  CHECK(total > hours(9));
  CHECK(total < hours(14));
}

}  // namespace
}  // namespace tandem::events
