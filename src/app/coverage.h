#pragma once

#include <string>
#include <vector>

#include "core/result.h"

namespace tandem::app {

/// How much of a product is served.
struct CoverageRow {
  std::string product;
  size_t served = 0;   // bound to a resource or a function
  size_t pending = 0;  // named in contract/pending.yaml: answered 501
  size_t total = 0;
};

/// Counts what this binary binds, product by product. Fails when what is bound and what is pending
/// do not add up to the contract.
Result<std::vector<CoverageRow>> measure_coverage();

}  // namespace tandem::app
