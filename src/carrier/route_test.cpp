#include "carrier/route.h"

#include <map>

#include <doctest/doctest.h>

using namespace tandem;
using namespace tandem::carrier;

namespace {

using Links = std::vector<std::string>;

bool always(const std::string& /*link*/) { return true; }

}  // namespace

TEST_CASE("the longest prefix comes first, shorter ones are failover") {
  const auto routes = Routes::make(
      {{"", "world", 1}, {"1", "us", 1}, {"1555", "cheap", 1}, {"44", "uk", 1}, {"15", "us", 1}});
  REQUIRE(routes);
  SeededRandom random(1);
  CHECK(routes->links_for("+15551230000", random, always) == Links{"cheap", "us", "world"});
  CHECK(routes->links_for("12025550000", random, always) == Links{"us", "world"});
  CHECK(routes->links_for("+447700900000", random, always) == Links{"uk", "world"});
  CHECK(routes->links_for("+33123456789", random, always) == Links{"world"});
  CHECK(routes->links_for("", random, always) == Links{"world"});
  const auto without_cheap = [](const std::string& link) { return link != "cheap"; };
  CHECK(routes->links_for("+15551230000", random, without_cheap) == Links{"us", "world"});
  const auto nothing = [](const std::string& /*link*/) { return false; };
  CHECK(routes->links_for("+15551230000", random, nothing).empty());
  CHECK(Routes().links_for("+1", random, always).empty());
}

TEST_CASE("weights share out the first choice") {
  const auto routes = Routes::make({{"1", "a", 70}, {"1", "b", 30}, {"1", "spare", 0}});
  REQUIRE(routes);
  SeededRandom random(3);
  std::map<std::string, int> first;
  constexpr int kDraws = 10'000;
  for (int i = 0; i < kDraws; ++i) {
    const Links links = routes->links_for("+1555", random, always);
    REQUIRE(links.size() == 3);
    CHECK(links.back() == "spare");
    ++first[links.front()];
  }
  CHECK(first["a"] > kDraws * 67 / 100);
  CHECK(first["a"] < kDraws * 73 / 100);
  CHECK(first["a"] + first["b"] == kDraws);
}

TEST_CASE("candidates are bounded") {
  std::vector<Route> many;
  for (int i = 0; i < 50; ++i) many.push_back({"1", "link" + std::to_string(i), 1});
  SeededRandom random(1);
  CHECK(Routes::make(many)->links_for("+1", random, always).size() == Routes::kMaxCandidates);
}

TEST_CASE("routes that make no sense are refused") {
  CHECK_FALSE(Routes::make({{"+1", "a", 1}}));
  CHECK_FALSE(Routes::make({{"1", "", 1}}));
  CHECK_FALSE(Routes::make({{"1", "a", Routes::kMaxWeight + 1}}));
  CHECK_FALSE(Routes::make(std::vector<Route>(Routes::kMaxRoutes + 1, Route{"1", "a", 1})));
}
