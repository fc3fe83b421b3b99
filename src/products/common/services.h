#pragma once

namespace tandem::store {
class Blobs;
}

namespace tandem::products::numbers {
class Inventory;
}

namespace tandem::products {

class SecretBox;
class Seeds;

/// What products are handed by the composition root. Each outlives the registry that the products
/// fill.
struct Services {
  store::Blobs& blobs;
  const SecretBox& secrets;
  Seeds& seeds;                         // where reference data is named
  const numbers::Inventory& inventory;  // every number there is
};

}  // namespace tandem::products
