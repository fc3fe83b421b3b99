#include "products/wireless/card_numbers.h"

#include <doctest/doctest.h>

#include "core/clock.h"
#include "core/random.h"

namespace tandem::products::wireless {
namespace {

bool all_digits(std::string_view text) {
  return text.find_first_not_of("0123456789") == std::string_view::npos;
}

TEST_CASE("check digits are Luhn's") {
  CHECK(luhn_digit("7992739871") == '3');
  CHECK(luhn_digit("49015420323751") == '8');
  CHECK(luhn_digit("0") == '0');
}

TEST_CASE("numbers of cards have their lengths and do not repeat") {
  SystemClock clock;
  SystemRandom random;
  Ids ids(clock, random);
  const std::string iccid = make_iccid(ids);
  CHECK(iccid.size() == 19);
  CHECK(luhn_digit(std::string_view(iccid).substr(0, 18)) == iccid.back());
  CHECK(iccid != make_iccid(ids));
  CHECK(make_imsi(ids).size() == 15);
  CHECK(make_imei(ids).size() == 15);
  CHECK(make_msisdn(ids).size() <= 16);
  CHECK(all_digits(make_code(ids, 8)));
  CHECK(make_code(ids, 4).size() == 4);
}

}  // namespace
}  // namespace tandem::products::wireless
