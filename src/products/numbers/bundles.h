#pragma once

#include <string_view>

#include "api/call.h"

/// Bundles: a month of a number with what belongs to it, at one price. An account buys bundles and
/// puts a number into each; a number in a bundle is not charged by itself.
namespace tandem::products::numbers {

inline constexpr std::string_view kUserBundles = "user_bundles";

/// Whether a number of `country` may join the account's bundle: 10017 when there is no such active
/// bundle, 10015 when it is for another country, 10027 when it has its number already.
Result<void, api::ApiError> check_bundle(const store::Snapshot& snapshot,
                                         const api::Account& account, std::string_view bundle_id,
                                         std::string_view country, const std::string& pointer);

}  // namespace tandem::products::numbers
