#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tandem::carrier::smpp {

/// Type of number (section 5.2.5).
enum class Ton : uint8_t {
  Unknown = 0,
  International = 1,
  National = 2,
  NetworkSpecific = 3,
  Subscriber = 4,
  Alphanumeric = 5,
  Abbreviated = 6,
};

/// Numbering plan (section 5.2.6).
enum class Npi : uint8_t {
  Unknown = 0,
  Isdn = 1,
  Data = 3,
  Telex = 4,
  LandMobile = 6,
  National = 8,
  Private = 9,
  Ermes = 10,
  Internet = 14,
  Wap = 18,
};

/// Who sends or receives. Peers may use types and plans that are not named here.
struct Address {
  Ton ton = Ton::Unknown;
  Npi npi = Npi::Unknown;
  std::string digits;  // without "+"; letters when alphanumeric
  bool operator==(const Address&) const = default;
};

/// The address of a sender or receiver as the API writes it: "+15551230000" is international,
/// "12345" a short code, anything else an alphanumeric sender.
Address address_of(std::string_view number);

/// As the API writes it: international numbers get their "+", and so do those of unknown type that
/// are too long for a short code.
std::string number_of(const Address& address);

}  // namespace tandem::carrier::smpp
