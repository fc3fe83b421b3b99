#pragma once

#include <cstdint>

#include "products/common/networks.h"

namespace tandem::ledger {
class Rates;
}

namespace tandem::products::messaging {

/// What holds for everyone's messages, as the operator sets it.
struct Terms {
  const ledger::Rates& rates;
  int64_t longest_queue = 1'000'000;  // messages of one account that wait for their turn: 40318
  /// Whether typographic characters are sent as what GSM has for them, when that saves parts.
  bool smart_encoding = false;
  /// Nothing: networks are unknown until they say who they are.
  NetworkOf network_of = {};
};

}  // namespace tandem::products::messaging
