#include "carrier/smpp/address.h"

#include <algorithm>

namespace tandem::carrier::smpp {

namespace {

/// Short codes are not longer; numbers without their country hardly are shorter.
constexpr size_t kLongestCode = 8;

bool all_digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

Address address_of(std::string_view number) {
  if (!number.empty() && number.front() == '+' && all_digits(number.substr(1))) {
    return {Ton::International, Npi::Isdn, std::string(number.substr(1))};
  }
  if (all_digits(number)) return {Ton::NetworkSpecific, Npi::Unknown, std::string(number)};
  return {Ton::Alphanumeric, Npi::Unknown, std::string(number)};
}

std::string number_of(const Address& address) {
  const bool international = address.ton == Ton::International ||
                             (address.ton == Ton::Unknown && address.digits.size() > kLongestCode);
  if (international && all_digits(address.digits)) return "+" + address.digits;
  return address.digits;
}

}  // namespace tandem::carrier::smpp
