#include "products/wireless/card_numbers.h"

namespace tandem::products::wireless {
namespace {

/// The last `count` digits of a fresh numeric id, which are those that differ most.
std::string fresh_digits(Ids& ids, size_t count) {
  const std::string number = ids.number();
  return number.substr(number.size() - count);
}

std::string with_check_digit(std::string digits) {
  digits += luhn_digit(digits);
  return digits;
}

}  // namespace

char luhn_digit(std::string_view digits) {
  int sum = 0;
  bool twice = true;
  for (size_t i = digits.size(); i-- > 0; twice = !twice) {
    int value = digits[i] - '0';
    if (twice) value = value * 2 > 9 ? value * 2 - 9 : value * 2;
    sum += value;
  }
  return static_cast<char>('0' + (10 - sum % 10) % 10);
}

std::string make_iccid(Ids& ids) { return with_check_digit("893104" + fresh_digits(ids, 12)); }
std::string make_imsi(Ids& ids) { return "295050" + fresh_digits(ids, 9); }
std::string make_msisdn(Ids& ids) { return "+88312" + fresh_digits(ids, 10); }
std::string make_imei(Ids& ids) { return with_check_digit("35" + fresh_digits(ids, 12)); }

std::string make_code(Ids& ids, size_t digits) {
  std::string code;
  for (const char c : ids.token(digits)) {
    code += static_cast<char>('0' + static_cast<unsigned char>(c) % 10);
  }
  return code;
}

}  // namespace tandem::products::wireless
