#pragma once

#include <chrono>
#include <string_view>

#include "api/registry.h"
#include "products/messaging/sender.h"

/// Verification of toll-free numbers: carriers take texts from a toll-free number once its owner
/// has said who sends what to whom, and why people want it. Who looks at the requests is simulated:
/// they move by the clock.
namespace tandem::products::messaging {

inline constexpr std::string_view kTollFreeRequests = "messaging_tollfree_requests";
/// Toll-free numbers that may send, one document each under the number.
inline constexpr std::string_view kVerifiedTollFree = "messaging_tollfree_verified";

/// How long each of the two who look at a request takes.
inline constexpr auto kTollFreeReview = std::chrono::minutes(1);

void declare_toll_free(api::Registry& registry);

/// Whether the account's sender may send as far as this goes: North American toll-free numbers need
/// to be verified.
bool may_send(const store::Snapshot& snapshot, std::string_view account, const Sender& sender);

}  // namespace tandem::products::messaging
