#pragma once

#include <cstddef>
#include <cstdint>

/// Every bound of the SIP room in one place: what a peer may make us hold, count or wait for.
namespace tandem::sip {

// One message.
inline constexpr size_t kMaxMessageBytes = 65'535;
inline constexpr size_t kMaxHeaders = 256;
inline constexpr size_t kMaxHeaderNameBytes = 256;
/// RFC 4475's `longreq`, a valid request, carries 34.
inline constexpr size_t kMaxVias = 40;
inline constexpr size_t kMaxUriBytes = 2'048;
inline constexpr size_t kMaxParams = 64;
inline constexpr size_t kMaxListValues = 64;
inline constexpr size_t kMaxMultipartParts = 16;
inline constexpr size_t kMaxMultipartBoundaryBytes = 70;  // RFC 2046 section 5.1.1

// Dialogs and calls.
inline constexpr size_t kMaxRouteSet = 32;
inline constexpr size_t kMaxEarlyDialogs = 16;
inline constexpr size_t kMaxExtraHeaders = 64;
inline constexpr size_t kMaxLegs = 100'000;
inline constexpr size_t kMaxTransactions = 400'000;
inline constexpr size_t kMaxAuthAttempts = 3;
inline constexpr size_t kMaxReliableProvisionals = 32;

// Registrar and digest.
inline constexpr size_t kMaxContactsPerAor = 10;
inline constexpr size_t kMaxBindings = 200'000;
inline constexpr size_t kMaxTrackedNonces = 50'000;

// Transports.
inline constexpr size_t kMaxConnections = 10'000;
inline constexpr size_t kMaxConnectionsPerSource = 200;
inline constexpr size_t kMaxQueuedBytesPerConnection = 1 << 20;
inline constexpr size_t kMaxTrackedSources = 20'000;
inline constexpr size_t kDatagramBatch = 32;

// Name resolution (RFC 3263).
inline constexpr size_t kMaxDnsRecords = 32;
inline constexpr size_t kMaxTargets = 16;

}  // namespace tandem::sip
