#pragma once

#include <functional>
#include <string>

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
class PhoneCodes;
class SecretBox;
class Seeds;
class Speaker;

/// Makes true what an engine or a carrier reported: api::Dispatcher::decide(). From any thread,
/// while the platform runs; before and after that the decision is dropped.
using Decide = std::function<void(api::Decision)>;

/// Whose assistants can be brought in, and where their APIs are.
struct AssistantProviders {
  std::string elevenlabs_url = "https://api.elevenlabs.io";
  std::string vapi_url = "https://api.vapi.ai";
};

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
  const ledger::Rates& rates;                 // what everything costs
  ledger::Nanos starting_credit = 0;          // what a new account is given to begin with
  voice::Switchboard* switchboard = nullptr;  // where calls are made; null in tests without them
  const PhoneCodes* codes = nullptr;          // the same of who sends codes
  AssistantProviders providers = {};
};

}  // namespace tandem::products
