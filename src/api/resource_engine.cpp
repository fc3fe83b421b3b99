#include "api/resource_engine.h"

#include "api/resource_list.h"
#include "api/resource_plan.h"
#include "api/resource_show.h"
#include "api/resource_write.h"

namespace tandem::api {

ResourceEngine::ResourceEngine(Resource resource, const contract::Contract& contract)
    : plan_(std::make_unique<const ResourcePlan>(plan_resource(std::move(resource), contract))) {}
ResourceEngine::~ResourceEngine() = default;

const Resource& ResourceEngine::resource() const { return plan_->resource; }
const std::string& ResourceEngine::collection() const { return plan_->collection; }
const std::vector<std::string>& ResourceEngine::problems() const { return plan_->problems; }

store::Collection ResourceEngine::store_collection() const {
  return {plan_->collection, plan_indexes(*plan_), plan_->resource.log};
}

std::vector<std::pair<contract::Op, Handler>> ResourceEngine::operations() const {
  using Serve = Outcome (*)(const ResourcePlan&, const Call&, const store::Snapshot&);
  std::vector<std::pair<contract::Op, Handler>> served;
  const auto add = [&](const contract::Operation* operation, Serve serve) {
    if (!operation) return;
    served.emplace_back(operation->op, [plan = plan_.get(), serve](
                                           const Call& call, const store::Snapshot& snapshot) {
      return serve(*plan, call, snapshot);
    });
  };
  add(plan_->list, list_documents);
  add(plan_->create, create_document);
  add(plan_->get, get_document);
  add(plan_->remove, delete_document);
  for (const contract::Operation* update : plan_->updates) add(update, update_document);
  return served;
}

std::string ResourceEngine::key(const Account& account, std::string_view id) const {
  return plan_->key(account.id, id);
}

Result<store::Row, ApiError> ResourceEngine::find(const Call& call, const store::Snapshot& snapshot,
                                                  std::string_view id) const {
  return find_own(snapshot, call.account, plan_->collection, plan_->key(call.account.id, id));
}

json::Value ResourceEngine::make(Moment moment, const json::Value& input) const {
  return make_document(*plan_, moment, input);
}

void ResourceEngine::put_new(std::string_view account, WallTime now, const json::Value& document,
                             Effects& effects) const {
  effects.put(plan_->collection, plan_->key(account, id_of(*plan_, document)),
              plan_->resource.global ? std::string() : std::string(account), document, store::kNew,
              now);
}

void ResourceEngine::put(const store::Row& row, json::Value& document, WallTime now,
                         Effects& effects) const {
  const Stamps::Field& updated = plan_->stamps.updated;
  if (!updated.name.empty()) document.set(updated.name, stamp(updated, now));
  effects.put(plan_->collection, row.id, row.account, document, row.revision);
}

json::Value ResourceEngine::shown(const Call& call, const store::Snapshot& snapshot,
                                  json::Value document) const {
  return api::shown(*plan_, call, snapshot, std::move(document));
}

Reply ResourceEngine::reply(const Call& call, const store::Snapshot& snapshot,
                            const json::Value& document) const {
  return document_reply(*plan_, call, snapshot, document.text());
}

Reply ResourceEngine::list_reply(const Call& call, const store::Snapshot& snapshot,
                                 const store::Query& query) const {
  return api::list_reply(*plan_, call, snapshot, query);
}

Result<store::Query, ApiError> ResourceEngine::list_query(const Call& call) const {
  return api::list_query(*plan_, call);
}

}  // namespace tandem::api
