#pragma once

namespace tandem::store {
class Blobs;
}

namespace tandem::products {

class SecretBox;
class Seeds;

/// What products are handed by the composition root. Each outlives the registry that the products
/// fill.
struct Services {
  store::Blobs& blobs;
  const SecretBox& secrets;
  Seeds& seeds;  // where reference data is named
};

}  // namespace tandem::products
