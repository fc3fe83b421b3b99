#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/call.h"
#include "api/resource.h"
#include "contract/contract.h"
#include "core/result.h"
#include "http/server.h"
#include "store/store.h"

namespace tandem::api {

class ResourceEngine;

/// A request whose body the pipeline leaves alone: uploads and downloads that stream, WebSockets.
/// It was routed, authenticated and rate limited; the function answers it itself.
struct RawRequest {
  std::shared_ptr<http::Exchange> exchange;
  contract::Match match;
  Account account;
  std::string request_id;
};
using RawHandler = std::function<void(RawRequest)>;

/// What every operation is bound to, and every collection the store must keep. Products fill it at
/// start; the server refuses to start when something in it does not hold. Not changed afterwards,
/// so that all shards read it without locks.
///
///   void declare(Registry& registry) {
///     registry.resource({.path = "/networks", .record_type = "network"});
///     registry.bind(Op::CreateDefaultGateway, create_default_gateway);
///     registry.workflow("networks.provision", provision);
///   }
class Registry {
 public:
  explicit Registry(const contract::Contract& contract);
  ~Registry();

  /// Declares a collection; its operations are found in the contract by their paths.
  void resource(Resource resource);
  /// Binds one operation to a function; goes before the Resource that would serve it.
  void bind(contract::Op op, Handler handler);
  /// Binds one operation to a function that reads and answers by itself.
  void bind_raw(contract::Op op, RawHandler handler);
  void workflow(std::string name, Workflow workflow);
  /// A collection no Resource serves (state of a product's own). Declared twice, indexes add up.
  void collection(store::Collection collection);

  /// Every operation is bound or named (by its operationId) in `pending`, nothing is both, every
  /// Resource fits the contract. The error lists all that is wrong. Products that are only partly
  /// there in a test leave `pending` empty and do not call it.
  Result<void> check(const std::vector<std::string>& pending) const;

  /// What serves the operation: a bound function, else its Resource; null when nothing does.
  const Handler* handler(contract::Op op) const;
  const RawHandler* raw_handler(contract::Op op) const;
  bool bound(contract::Op op) const { return handler(op) != nullptr || raw_handler(op) != nullptr; }
  const Workflow* workflow(std::string_view name) const;
  /// Those of Resources and those declared here; the api room's own are api::collections().
  std::vector<store::Collection> collections() const;
  const contract::Contract& contract() const { return contract_; }

  /// The engine behind a collection's Resource, to answer with its documents or to create in it
  /// from elsewhere (resource_engine.h); null when no Resource serves it.
  const ResourceEngine* engine(std::string_view collection) const;

 private:
  const contract::Contract& contract_;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tandem::api
