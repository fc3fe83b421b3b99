#pragma once

#include "api/registry.h"
#include "api/resource_engine.h"
#include "contract/operations.h"

/// Short ways of binding and answering that the files of this product share.
namespace tandem::products::porting {

using Handle = api::Outcome (*)(const api::Registry&, const api::Call&, const store::Snapshot&);

/// Binds `op` to a function that also gets the registry.
inline void bind(api::Registry& registry, contract::Op op, Handle handle) {
  registry.bind(op, [&registry, handle](const api::Call& call, const store::Snapshot& snapshot) {
    return handle(registry, call, snapshot);
  });
}

/// `{"data": [...]}` of documents as their Resource shows them.
inline api::Reply reply_all(const api::ResourceEngine& engine, const api::Call& call,
                            const store::Snapshot& snapshot, const json::Array& documents) {
  json::Array data;
  for (const json::Value& document : documents) {
    data.push_back(engine.shown(call, snapshot, document));
  }
  json::Value body = json::Value::object();
  body.set("data", std::move(data));
  return api::Reply::json(body.text());
}

}  // namespace tandem::products::porting
