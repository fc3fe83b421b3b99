#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/call.h"
#include "api/resource.h"
#include "contract/contract.h"
#include "store/store.h"

namespace tandem::api {

struct ResourcePlan;

/// Serves the operations of one Resource, and is the way for a product's own handlers to answer
/// with its documents exactly as the engine does:
///
///   const ResourceEngine* networks = registry.engine("networks");
///   registry.bind(Op::CreateDefaultGateway, [networks](const Call& call, const Snapshot& s) ->
///   Outcome {
///     auto row = networks->find(call, s, call.param("id"));
///     if (!row) return tl::unexpected(row.error());
///     json::Value network = document_of(*row);
///     ...
///     Effects effects;
///     networks->put(*row, network, call.now, effects);
///     effects.reply = networks->reply(call, s, network);
///     return effects;
///   });
class ResourceEngine {
 public:
  ResourceEngine(Resource resource, const contract::Contract& contract);
  ~ResourceEngine();

  const Resource& resource() const;
  const std::string& collection() const;
  /// The collection as the store shall keep it: declared indexes and those of filters and sorts.
  store::Collection store_collection() const;
  /// The operations of the contract that belong to it, with what serves them.
  std::vector<std::pair<contract::Op, Handler>> operations() const;
  /// What is wrong with the declaration, a sentence each.
  const std::vector<std::string>& problems() const;

  /// Key in the store of the document with that id (they differ for IdKind::Field only).
  std::string key(const Account& account, std::string_view id) const;
  /// The account's document with that id, or 10005.
  Result<store::Row, ApiError> find(const Call& call, const store::Snapshot& snapshot,
                                    std::string_view id) const;

  /// A new document from `input` (what a product chose; no validation) with everything the engine
  /// makes: id, dates, defaults, nulls. Nothing is stored, no hook is run. An id in `input` stays.
  json::Value make(Moment moment, const json::Value& input) const;
  /// Adds the put of a new document for its owner.
  void put_new(std::string_view account, WallTime now, const json::Value& document,
               Effects& effects) const;
  /// Adds the put of a changed document; its moment of change becomes `now`.
  void put(const store::Row& row, json::Value& document, WallTime now, Effects& effects) const;

  /// The document as it is answered: computed members there, secrets gone.
  json::Value shown(const Call& call, const store::Snapshot& snapshot, json::Value document) const;
  /// The document in the envelope and with the status of `call.operation`.
  Reply reply(const Call& call, const store::Snapshot& snapshot, const json::Value& document) const;
  /// A page of documents in the envelope of `call.operation`; `query` as list_query() gives it.
  Reply list_reply(const Call& call, const store::Snapshot& snapshot,
                   const store::Query& query) const;
  /// What the request's filters, sort and page ask of this collection.
  Result<store::Query, ApiError> list_query(const Call& call) const;

 private:
  std::unique_ptr<const ResourcePlan> plan_;
};

}  // namespace tandem::api
