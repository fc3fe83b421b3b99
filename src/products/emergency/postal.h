#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "contract/error.h"
#include "core/json.h"

/// What makes a postal address plausible: a country that exists, a state or province of it, a
/// postal code in the country's form, a street with a house number.
namespace tandem::products::emergency {

/// Whether `code` is an ISO 3166-1 alpha-2 code, in capital letters.
bool is_country(std::string_view code);

/// Whether the code has the country's form ("99999-9999"); true for countries whose form is not
/// known here or that have none.
bool is_postal_code(std::string_view country, std::string_view code);

/// Whether `area` is a state or province of the country; true for countries whose areas are not
/// known here.
bool is_administrative_area(std::string_view country, std::string_view area);

/// How far an address is looked at.
enum class Scrutiny {
  Form,      // what any address must have
  Emergency  // also what a dispatcher must be able to find: a house, not a post box
};

/// What is wrong with the members country_code, administrative_area, locality, postal_code and
/// street_address of `address`: codes 20201 to 20208 with their pointers. Empty when nothing is.
std::vector<contract::ErrorItem> address_faults(const json::Value& address, Scrutiny scrutiny);

/// The address as it should be written: no blanks around values, codes in capital letters, US and
/// Canadian postal codes in their usual form. Only members of a postal address.
json::Value tidy_address(const json::Value& address);

}  // namespace tandem::products::emergency
