#pragma once

#include <string_view>

namespace tandem::products {

/// The country of a +E.164 number by its calling code, ISO 3166-1 alpha-2; empty for what is no
/// such number or belongs to no country (satellites, global services).
std::string_view country_of(std::string_view e164);

}  // namespace tandem::products
