#pragma once

#include <string_view>

#include "store/store.h"

namespace tandem::products {

/// Numbers of other carriers that accounts have proved to be their own, under "account/+E.164".
inline constexpr std::string_view kVerifiedNumbers = "verified_numbers";

/// Whether the account has verified the number.
bool has_verified_number(const store::Snapshot& snapshot, std::string_view account,
                         std::string_view phone_number);

}  // namespace tandem::products
