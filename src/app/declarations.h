#pragma once

#include <memory>

#include "api/registry.h"
#include "contract/contract.h"
#include "core/result.h"

namespace tandem::app {

/// What every product declares, for commands that look at it while nothing is served. Declaring
/// takes services, though none of them is used: they stand in a folder that goes away with this.
class Declarations {
 public:
  /// Fails when what is bound and what is pending do not add up to the contract.
  static Result<std::unique_ptr<Declarations>> make();
  ~Declarations();

  const contract::Contract& contract() const;
  const api::Registry& registry() const;

 private:
  struct Parts;
  explicit Declarations(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace tandem::app
