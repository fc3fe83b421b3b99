#include "products/numbers/inventory.h"

#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include <doctest/doctest.h>

#include "core/e164.h"

namespace tandem::products::numbers {
namespace {

std::unordered_set<std::string> nobody_has(const std::vector<Number>&) { return {}; }

TEST_CASE("a number is what its digits say, always") {
  const Inventory inventory = Inventory::built_in();
  const auto chicago = inventory.find("+13122010099");
  REQUIRE(chicago.has_value());
  CHECK(chicago->block->country == "US");
  CHECK(chicago->block->area == "IL");
  CHECK(chicago->rate_center == "CHICAGO");
  CHECK(inventory.find("+13122010099")->features == chicago->features);
  const auto london = inventory.find("+442079460123");
  REQUIRE(london.has_value());
  CHECK(london->block->locality == "London");
  for (const auto* none : {"+13121110099", "+13125550100", "+19990000000", "+1312201009",
                           "+131220100999", "3122010099", "", "+999123456789"}) {
    CHECK_FALSE_MESSAGE(inventory.find(none).has_value(), none);
  }
}

TEST_CASE("a search finds numbers that match all it asks for") {
  const Inventory inventory = Inventory::built_in();
  struct Row {
    Search search;
    bool (*fits)(const Number&);
  };
  const Row rows[] = {
      {{.country = "US", .ndc = "312", .starts_with = "234"},
       [](const Number& n) { return n.phone_number.substr(0, 8) == "+1312234"; }},
      {{.country = "US", .ends_with = "0000"},
       [](const Number& n) { return n.phone_number.substr(8) == "0000"; }},
      {{.country = "US", .contains = "424242"},
       [](const Number& n) { return n.phone_number.find("424242") != std::string::npos; }},
      {{.country = "GB", .types = {NumberType::Mobile}},
       [](const Number& n) { return n.phone_number.substr(0, 4) == "+447"; }},
      {{.types = {NumberType::TollFree}, .features = static_cast<uint8_t>(Feature::Sms)},
       [](const Number& n) {
         return n.block->type == NumberType::TollFree && (n.features & 2) != 0;
       }},
      {{.locality = "new york", .quickship = true},
       [](const Number& n) { return n.block->area == "NY" && n.quickship; }},
      {{.rate_center = "AUSTIN"}, [](const Number& n) { return n.rate_center == "AUSTIN"; }},
      {{.country = "DE", .area = "BE", .contains = "777"},
       [](const Number& n) { return n.phone_number.substr(0, 5) == "+4930"; }},
  };
  for (const Row& row : rows) {
    const auto found = inventory.search(row.search, nobody_has);
    CHECK(found.size() == 20);
    std::set<std::string> different;
    for (const Number& number : found) {
      CHECK_MESSAGE(row.fits(number), number.phone_number);
      CHECK(is_e164(number.phone_number));
      REQUIRE(inventory.find(number.phone_number).has_value());
      CHECK(inventory.find(number.phone_number)->features == number.features);
      different.insert(number.phone_number);
    }
    CHECK(different.size() == found.size());
  }
}

TEST_CASE("what is taken is left out, what cannot be is not found") {
  const Inventory inventory = Inventory::built_in();
  const Search search{.country = "US", .ndc = "212", .limit = 5};
  const auto first = inventory.search(search, nobody_has);
  REQUIRE(first.size() == 5);
  const auto second = inventory.search(search, [&](const std::vector<Number>&) {
    return std::unordered_set<std::string>{first[0].phone_number, first[3].phone_number};
  });
  REQUIRE(second.size() == 5);
  CHECK(second[0].phone_number == first[1].phone_number);
  CHECK(inventory.search({.country = "US", .ndc = "999"}, nobody_has).empty());
  CHECK(inventory.search({.country = "US", .contains = "12345678901234"}, nobody_has).empty());
  CHECK(
      inventory.search({.country = "US", .ndc = "312", .starts_with = "111"}, nobody_has).empty());
  CHECK(inventory
            .search({.types = {NumberType::TollFree},
                     .features = static_cast<uint8_t>(Feature::Emergency)},
                    nobody_has)
            .empty());
  const auto one =
      inventory.search({.country = "US", .ndc = "312", .starts_with = "2345678"}, nobody_has);
  REQUIRE(one.size() == 1);
  CHECK(one[0].phone_number == "+13122345678");
}

TEST_CASE("numbers are found behind thousands that are taken, with few questions") {
  const Inventory inventory = Inventory::built_in();
  const Search all{.country = "US", .ndc = "212", .limit = 10'000};
  std::unordered_set<std::string> gone;
  for (const Number& number : inventory.search(all, nobody_has)) gone.insert(number.phone_number);
  REQUIRE(gone.size() == 10'000);
  size_t questions = 0;  // numbers asked about
  const auto found =
      inventory.search({.country = "US", .ndc = "212", .limit = 3}, [&](const auto& candidates) {
        questions += candidates.size();
        std::unordered_set<std::string> taken;
        for (const Number& number : candidates) {
          if (gone.contains(number.phone_number)) taken.insert(number.phone_number);
        }
        return taken;
      });
  REQUIRE(found.size() == 3);
  for (const Number& number : found) CHECK_FALSE(gone.contains(number.phone_number));
  CHECK(questions < 1'000);
}

TEST_CASE("the last free number of a pattern is found") {
  const Inventory inventory = Inventory::built_in();
  const Search search{.country = "US", .ndc = "212", .starts_with = "234", .limit = 1};
  const auto found = inventory.search(search, [](const auto& candidates) {
    std::unordered_set<std::string> taken;
    for (const Number& number : candidates) {
      if (number.phone_number != "+12122340017") taken.insert(number.phone_number);
    }
    return taken;
  });
  REQUIRE(found.size() == 1);
  CHECK(found[0].phone_number == "+12122340017");
}

TEST_CASE("a broken plan is refused with its line") {
  CHECK(Inventory::parse("# nothing\n").has_value());
  for (const auto* bad : {"US\t1\tlocal\t312\t7\tIL\n", "US\t1\tpager\t312\t7\tIL\tChicago\n",
                          "US\t1\tlocal\t312\tx\tIL\tChicago\n"}) {
    const auto inventory = Inventory::parse(bad);
    REQUIRE_FALSE(inventory.has_value());
    CHECK(inventory.error().what.find("line 1") != std::string::npos);
  }
}

}  // namespace
}  // namespace tandem::products::numbers
