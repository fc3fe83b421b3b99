#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/call.h"
#include "api/resource.h"
#include "contract/contract.h"
#include "core/result.h"
#include "store/store.h"

namespace tandem::api {

/// What every operation is bound to, and every collection the store must keep. Products fill it at
/// start; the server refuses to start when something in it does not hold.
class Registry {
 public:
  explicit Registry(const contract::Contract& contract);
  ~Registry();

  /// Declares a collection; its operations are found in the contract by their paths.
  void resource(Resource resource);
  /// Binds one operation to a function; goes before the Resource that would serve it.
  void bind(contract::Op op, Handler handler);
  void workflow(std::string name, Workflow workflow);
  /// A collection no Resource serves (state of a product's own).
  void collection(store::Collection collection);

  /// Every operation is bound or named in `pending`, nothing is both, every Resource fits the
  /// contract. The error lists all that is wrong.
  Result<void> check(const std::vector<std::string>& pending) const;

  const Handler* handler(contract::Op op) const;
  const Workflow* workflow(std::string_view name) const;
  const std::vector<store::Collection>& collections() const;
  const contract::Contract& contract() const { return contract_; }

 private:
  const contract::Contract& contract_;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tandem::api
