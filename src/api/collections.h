#pragma once

#include <string_view>
#include <vector>

#include "store/store.h"

namespace tandem::api {

// Names of the collections this room keeps.
inline constexpr std::string_view kAccounts = "accounts";
inline constexpr std::string_view kApiKeys = "api_keys";
inline constexpr std::string_view kTimers = "timers";
inline constexpr std::string_view kIdempotencyKeys = "idempotency_keys";
inline constexpr std::string_view kRequestLog = "request_log";
inline constexpr std::string_view kAuditEvents = "audit_events";  // read at GET /audit_events
// Kept by the account product, read here to enforce an account's access rules.
inline constexpr std::string_view kAccessIpAddresses = "access_ip_address";
inline constexpr std::string_view kAccessIpRanges = "access_ip_ranges";

/// They, with their indexes, to be opened with those of the Registry.
std::vector<store::Collection> collections();

}  // namespace tandem::api
