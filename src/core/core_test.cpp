#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "core/clock.h"
#include "core/e164.h"
#include "core/function.h"
#include "core/ids.h"
#include "core/metrics.h"
#include "core/random.h"
#include "core/release_memory.h"

namespace tandem {
namespace {

const WallTime kMoment = *parse_iso8601("2024-02-29T13:14:15.678Z");

TEST_CASE("date-times are written in one form and read in all accepted ones") {
  CHECK(to_iso8601(kMoment) == "2024-02-29T13:14:15.678Z");
  CHECK(to_http_date(*parse_iso8601("1994-11-06T08:49:37Z")) == "Sun, 06 Nov 1994 08:49:37 GMT");
  const struct {
    std::string_view text, means;
  } rows[] = {
      {"2024-02-29T13:14:15.678Z", "2024-02-29T13:14:15.678Z"},
      {"2024-02-29T13:14:15Z", "2024-02-29T13:14:15.000Z"},
      {"2024-02-29T13:14Z", "2024-02-29T13:14:00.000Z"},
      {"2024-02-29T13:14:15.678-00", "2024-02-29T13:14:15.678Z"},
      {"2024-02-29T13:14:15-0000", "2024-02-29T13:14:15.000Z"},
      {"2024-02-29T13:14-00:00", "2024-02-29T13:14:00.000Z"},
      {"2024-02-29T13:14:15.5+02:00", "2024-02-29T11:14:15.500Z"},
      {"2024-02-29T13:14:15.123456789Z", "2024-02-29T13:14:15.123Z"},
      {"2024-02-29", "2024-02-29T00:00:00.000Z"},
  };
  for (const auto& row : rows) {
    const auto time = parse_iso8601(row.text);
    REQUIRE_MESSAGE(time.has_value(), row.text);
    CHECK(to_iso8601(*time) == row.means);
  }
  for (const std::string_view bad :
       {"", "2024", "2023-02-29", "2024-13-01", "2024-02-29T", "2024-02-29T25:00Z",
        "2024-02-29T13:14:15", "2024-02-29T13:14:15.Z", "2024-02-29T13:14:15Zx", "yesterday"}) {
    CHECK_MESSAGE(!parse_iso8601(bad).has_value(), bad);
  }
}

TEST_CASE("a frozen clock moves only when it is advanced") {
  VirtualClock clock(kMoment, true);
  int told = 0;
  clock.on_advance([&] { ++told; });
  CHECK(clock.now() == kMoment);
  clock.advance(std::chrono::hours(24));
  CHECK(to_iso8601(clock.now()) == "2024-03-01T13:14:15.678Z");
  CHECK(told == 1);
}

TEST_CASE("ids have their forms, differ, and grow") {
  const VirtualClock clock(kMoment, true);
  SeededRandom random(1);
  Ids ids(clock, random);
  std::set<std::string> seen;
  std::string last_uuid, last_number;
  for (int i = 0; i < 10'000; ++i) {
    const std::string uuid = ids.uuid();
    const std::string number = ids.number();
    CHECK(is_uuid(uuid));
    CHECK(uuid[14] == '7');
    CHECK(number.size() == 19);
    CHECK(uuid > last_uuid);
    CHECK(number > last_number);
    last_uuid = uuid;
    last_number = number;
    seen.insert(ids.token(24));
  }
  CHECK(seen.size() == 10'000);
  CHECK(ids.token(24).size() == 24);
  CHECK_FALSE(is_uuid("6a09cdc3-8948-47f0-aa62-74ac943d6c5"));
  CHECK_FALSE(is_uuid("6a09cdc3-8948-47f0-aa62_74ac943d6c58"));
}

TEST_CASE("seeded randomness repeats, below() stays below") {
  SeededRandom a(42), b(42), c(43);
  CHECK(a.next() == b.next());
  CHECK(a.next() != c.next());
  SystemRandom system;
  for (int i = 0; i < 1000; ++i) CHECK(system.below(7) < 7);
}

TEST_CASE("E.164 numbers are told from others") {
  for (const auto* good : {"+13125550123", "+4930123456", "+1234567"}) CHECK(is_e164(good));
  for (const auto* bad :
       {"13125550123", "+0312555012", "+1312555012345678", "+123456", "+1312x555", "", "+"}) {
    CHECK_FALSE(is_e164(bad));
  }
}

TEST_CASE("a UniqueFunction owns what cannot be copied") {
  auto owned = std::make_unique<int>(5);
  UniqueFunction<int(int)> f = [owned = std::move(owned)](int x) { return *owned + x; };
  UniqueFunction<int(int)> g = std::move(f);
  CHECK_FALSE(static_cast<bool>(f));
  CHECK(g(2) == 7);
}

TEST_CASE("released strings and lists hold no memory") {
  std::string text(1'000, 'x');
  release_memory(text);
  CHECK(text.empty());
  CHECK(text.capacity() == std::string().capacity());
  std::vector<int> list(1'000);
  release_memory(list);
  CHECK(list.capacity() == 0);
}

TEST_CASE("metrics come out in Prometheus text") {
  Metrics metrics;
  metrics.counter("calls_total", "Calls.", "direction=\"in\"").add(3);
  metrics.counter("calls_total", "Calls.", "direction=\"out\"").add(1);
  metrics.gauge("legs", "Legs now.").set(-2);
  metrics.histogram("wait_seconds", "Waits.").observe(0.003);
  const std::string text = metrics.text();
  CHECK(text.find("# TYPE calls_total counter\ncalls_total{direction=\"in\"} 3\n"
                  "calls_total{direction=\"out\"} 1\n") != std::string::npos);
  CHECK(text.find("legs -2\n") != std::string::npos);
  CHECK(text.find("wait_seconds_bucket{le=\"0.0025\"} 0\n") != std::string::npos);
  CHECK(text.find("wait_seconds_bucket{le=\"0.005\"} 1\n") != std::string::npos);
  CHECK(text.find("wait_seconds_bucket{le=\"+Inf\"} 1\n") != std::string::npos);
  CHECK(text.find("wait_seconds_count 1\n") != std::string::npos);
}

}  // namespace
}  // namespace tandem
