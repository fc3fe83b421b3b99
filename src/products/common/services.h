#pragma once

#include <functional>

#include "api/call.h"
#include "ledger/money.h"

namespace tandem::store {
class Blobs;
}

namespace tandem::ledger {
class Rates;
}

namespace tandem::products::numbers {
class Inventory;
}

namespace tandem::products::voice {
class Switchboard;
}

namespace tandem::products {

class Fetcher;
class SecretBox;
class Seeds;
class Speaker;

/// Makes true what an engine or a carrier reported: api::Dispatcher::decide(). From any thread,
/// while the platform runs; before and after that the decision is dropped.
using Decide = std::function<void(api::Decision)>;

/// What products are handed by the composition root. Each outlives the registry that the products
/// fill.
struct Services {
  store::Blobs& blobs;
  const SecretBox& secrets;
  Seeds& seeds;                         // where reference data is named
  const numbers::Inventory& inventory;  // every number there is
  Fetcher& fetcher;                     // reads files by their address, once the platform runs
  Speaker& speaker;                     // says what is written, once the platform runs
  Decide decide;
  const ledger::Rates& rates;         // what everything costs
  ledger::Nanos starting_credit = 0;  // what a new account is given to begin with
  voice::Switchboard* switchboard = nullptr;  // where calls are made; null in tests without them
};

}  // namespace tandem::products
