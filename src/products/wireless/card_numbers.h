#pragma once

#include <string>
#include <string_view>

#include "core/ids.h"

/// Numbers that are written on or into SIM cards and devices, each unique and with the check digit
/// it should have.
namespace tandem::products::wireless {

/// The last digit that makes `digits` pass the Luhn check (ISO/IEC 7812-1 annex B).
char luhn_digit(std::string_view digits);

/// Of the card: 19 digits (ITU-T E.118).
std::string make_iccid(Ids& ids);
/// Of the subscriber: 15 digits (ITU-T E.212).
std::string make_imsi(Ids& ids);
/// The card's own phone number, below a calling code for devices.
std::string make_msisdn(Ids& ids);
/// Of a device: 15 digits (3GPP TS 23.003).
std::string make_imei(Ids& ids);
/// Four- and eight-digit secrets: PINs and PUKs.
std::string make_code(Ids& ids, size_t digits);

}  // namespace tandem::products::wireless
