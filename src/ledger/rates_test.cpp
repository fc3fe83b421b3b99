#include "ledger/rates.h"

#include <doctest/doctest.h>

namespace tandem::ledger {
namespace {

TEST_CASE("the longest prefix of the destination decides") {
  const auto rates = Rates::parse(
      "# comment\n"
      "voice\toutbound\t*\t1\t0.5\t60\t60\n"
      "voice\toutbound\t44\t0.006\t0.004\t1\t1\n"
      "voice\toutbound\t447\t0.018\t0.012\t1\t1\n"
      "voice\tinbound\t*\t0.003\t0\t60\t60\n"
      "sms\toutbound\t1\t0.004\t0\t1\t1\n",
      "GB\tmobile\t1\t1.5\n", "amd\t0.0065\n");
  REQUIRE(rates);
  const auto price = [&](std::string_view service, Direction way, std::string_view number) {
    const auto rate = rates->find(service, way, number);
    return rate ? to_decimal(rate->price, 0) : "none";
  };
  CHECK(price("voice", Direction::Outbound, "+447911123456") == "0.018");
  CHECK(price("voice", Direction::Outbound, "+442079460000") == "0.006");
  CHECK(price("voice", Direction::Outbound, "442079460000") == "0.006");
  CHECK(price("voice", Direction::Outbound, "+33123456789") == "1");
  CHECK(price("voice", Direction::Outbound, "sip:bob@example.com") == "1");
  CHECK(price("voice", Direction::Outbound, "") == "1");
  CHECK(price("voice", Direction::Inbound, "+447911123456") == "0.003");
  CHECK(price("sms", Direction::Outbound, "+13125550100") == "0.004");
  CHECK(price("sms", Direction::Outbound, "+447911123456") == "none");
  CHECK(price("pigeon", Direction::Outbound, "+1") == "none");
  CHECK(rates->number("GB", "mobile")->monthly == 1'500'000'000);
  CHECK_FALSE(rates->number("GB", "local"));
  CHECK(rates->service("amd") == 6'500'000);
  CHECK_FALSE(rates->service("am"));
}

TEST_CASE("a list with a mistake is refused with its line") {
  const std::string good = "voice\toutbound\t*\t1\t0.5\t60\t60\n";
  for (const std::string line :
       {"voice\toutbound\t*\t1\t0.5\t60\n", "voice\tsideways\t1\t1\t0.5\t60\t60\n",
        "voice\toutbound\t4a\t1\t0.5\t60\t60\n", "voice\toutbound\t1\tx\t0.5\t60\t60\n",
        "voice\toutbound\t1\t-1\t0.5\t60\t60\n", "voice\toutbound\t1\t1\t0.5\t0\t60\n",
        "voice\toutbound\t1\t1\t0.5\t60\t6x\n", "voice\toutbound\t*\t1\t0.5\t60\t60\n"}) {
    CAPTURE(line);
    const auto rates = Rates::parse(good + line, "", "");
    REQUIRE_FALSE(rates);
    CHECK(rates.error().what.find("line 2") != std::string::npos);
  }
  CHECK_FALSE(Rates::parse(good, "GB\tmobile\t1\n", ""));
  CHECK_FALSE(Rates::parse(good, "", "amd\tfree\n"));
}

TEST_CASE("the built-in list knows every service and every country of the inventory") {
  const auto rates = Rates::built_in();
  REQUIRE(rates);
  for (const std::string_view service : {"voice", "sms", "mms", "fax"}) {
    for (const Direction way : {Direction::Outbound, Direction::Inbound}) {
      const auto rest = rates->find(service, way, "999");
      REQUIRE(rest);
      CHECK(rest->price > 0);
      CHECK(rest->price > rest->cost);
    }
  }
  for (const std::string_view country :
       {"US", "CA", "GB", "IE", "DE", "FR", "ES", "NL", "AU", "MX", "BR"}) {
    for (const std::string_view type : {"local", "toll_free"}) {
      CAPTURE(country);
      REQUIRE(rates->number(country, type));
      CHECK(rates->number(country, type)->monthly > 0);
    }
  }
  CHECK(rates->find("voice", Direction::Outbound, "+13125550100")->price <
        rates->find("voice", Direction::Outbound, "+12425550100")->price);
  CHECK(rates->service("verification"));
}

}  // namespace
}  // namespace tandem::ledger
