#pragma once

#include <functional>
#include <string_view>

namespace tandem::products {

/// The network that serves a number; empty is what is not known of it.
struct Network {
  std::string_view carrier;    // its name
  std::string_view line_type;  // as messages name it: "Wireless", "Wireline", "VoIP"
  std::string_view mcc;        // mobile country code, ITU-T E.212: "310"
  std::string_view mnc;        // mobile network code: "410"
};

/// What is known of the network of a +E.164 number.
using NetworkOf = std::function<Network(std::string_view e164)>;

/// The mobile country code of a country (ISO 3166-1 alpha-2); of several the first. Empty when the
/// country has none.
std::string_view mobile_country_code(std::string_view country);

}  // namespace tandem::products
