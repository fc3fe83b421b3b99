#pragma once

#include <chrono>
#include <cstdint>

#include "telephony/sip/keyed_hash.h"

namespace tandem::sip {

/// Names a transaction in its table; one that is gone is simply not found any more.
using TransactionId = Key;

/// The base values of RFC 3261 section 17.1.1.1, from which timers A to M derive.
struct TimerSettings {
  std::chrono::milliseconds t1{500};    // round trip estimate
  std::chrono::milliseconds t2{4'000};  // longest interval between retransmissions
  std::chrono::milliseconds t4{5'000};  // longest time a message stays in the network

  /// Timers B, F, H, J, L and M, and D over datagrams.
  std::chrono::milliseconds give_up() const { return 64 * t1; }
};

/// Why a request got no response.
enum class Failure : uint8_t { Timeout, Transport };

}  // namespace tandem::sip
