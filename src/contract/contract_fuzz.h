#pragma once

#include <cstdlib>
#include <span>

#include "contract/contract.h"

namespace tandem::contract {

/// The built contract, loaded once for a fuzzer.
inline const Contract& fuzzed_contract() {
  static const auto contract = Contract::load();
  if (!contract) std::abort();
  return **contract;
}

}  // namespace tandem::contract
