#include "products/regulatory/number_kind.h"

#include <doctest/doctest.h>

namespace tandem::products::regulatory {
namespace {

TEST_CASE("the longest prefix tells country and type") {
  const NumberKinds kinds(
      "# a comment\n"
      "US\t1\tlocal\t312\t7\tIL\tChicago\n"
      "US\t1\ttoll_free\t800\t7\t\t\n"
      "DE\t49\tlocal\t30\t8\tBerlin\tBerlin\n"
      "DE\t49\tnational\t32\t8\t\t\n"
      "broken\n");
  CHECK(kinds.find("+13125550000")->country == "US");
  CHECK(kinds.find("+18005550000")->type == "toll_free");
  CHECK(kinds.find("+493012345678")->country == "DE");
  CHECK(kinds.find("+493212345678")->type == "national");
  CHECK_FALSE(kinds.find("+81312345678"));
  CHECK_FALSE(kinds.find("3125550000"));
}

}  // namespace
}  // namespace tandem::products::regulatory
