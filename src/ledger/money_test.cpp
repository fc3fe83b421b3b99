#include "ledger/money.h"

#include <limits>
#include <tuple>

#include <doctest/doctest.h>

namespace tandem::ledger {
namespace {

constexpr Nanos kMost = std::numeric_limits<Nanos>::max();
constexpr Nanos kLeast = std::numeric_limits<Nanos>::min();

TEST_CASE("amounts as text") {
  const std::tuple<Nanos, int, std::string> rows[] = {{0, 2, "0.00"},
                                                      {300 * kNanosPerUnit, 2, "300.00"},
                                                      {2'500'000, 2, "0.0025"},
                                                      {-2'500'000, 2, "-0.0025"},
                                                      {1, 2, "0.000000001"},
                                                      {1'500'000'000, 0, "1.5"},
                                                      {2'000'000'000, 0, "2"},
                                                      {1'000'000'000, 4, "1.0000"},
                                                      {kMost, 2, "9223372036.854775807"},
                                                      {kLeast, 2, "-9223372036.854775808"}};
  for (const auto& [amount, decimals, text] : rows) CHECK(to_decimal(amount, decimals) == text);
}

TEST_CASE("text as amounts") {
  const std::pair<std::string, Nanos> rows[] = {{"0", 0},
                                                {"12.50", 12'500'000'000},
                                                {"-0.0025", -2'500'000},
                                                {"007", 7 * kNanosPerUnit},
                                                {"00000000000000000001.0", kNanosPerUnit},
                                                {"9223372036.854775807", kMost},
                                                {"-9223372036.854775808", kLeast}};
  for (const auto& [text, amount] : rows) {
    CAPTURE(text);
    REQUIRE(parse_decimal(text));
    CHECK(*parse_decimal(text) == amount);
  }
}

TEST_CASE("what is no amount is refused") {
  for (const std::string text :
       {"", "-", ".", "1.", ".5", "+1", "1e3", "1,5", " 1", "1 ", "0x1", "--1", "1.-1", "NaN",
        "1.0000000001", "9223372036.854775808", "-9223372036.854775809", "10000000000",
        "99999999999999999999999999999999999999999"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_decimal(text));
  }
}

TEST_CASE("every amount survives being written and read") {
  for (Nanos amount : {kLeast, kMost, Nanos{0}, Nanos{-1}, Nanos{123'456'789'012'345'678}}) {
    CHECK(parse_decimal(to_decimal(amount)).value() == amount);
  }
}

TEST_CASE("multiplication says when it does not fit") {
  CHECK(times(7, 6) == 42);
  CHECK(times(kMost, 1) == kMost);
  CHECK_FALSE(times(kMost, 2));
  CHECK_FALSE(times(kLeast, -1));
}

TEST_CASE("calls are charged by their increments") {
  constexpr Nanos kPerMinute = 6'000'000;  // 0.1 a second
  const std::tuple<int64_t, int64_t, int64_t, Nanos> rows[] = {
      {0, 60, 60, 0},           {1, 60, 60, 6'000'000}, {60, 60, 60, 6'000'000},
      {61, 60, 60, 12'000'000}, {1, 1, 1, 100'000},     {7, 6, 6, 1'200'000},
      {31, 30, 6, 3'600'000},   {36, 30, 6, 3'600'000}, {-5, 60, 60, 0}};
  for (const auto& [seconds, first, step, cost] : rows) {
    CAPTURE(seconds);
    CHECK(for_duration(kPerMinute, seconds, first, step) == cost);
  }
  CHECK(for_duration(1, 1, 1, 1) == 1);  // a sixtieth of a nano costs a nano
  CHECK_FALSE(for_duration(kMost, 100'000, 1, 1));
}

}  // namespace
}  // namespace tandem::ledger
