#include "api/registry.h"

#include <algorithm>
#include <map>
#include <set>

#include "api/idempotency.h"
#include "api/resource_engine.h"

namespace tandem::api {

struct Registry::Impl {
  // By number of the operation, so that a look-up is one access.
  std::vector<Handler> bound;
  std::vector<RawHandler> raw;
  std::vector<Handler> served;  // by Resources
  std::vector<std::unique_ptr<ResourceEngine>> engines;
  std::map<std::string, Workflow, std::less<>> workflows;
  std::vector<store::Collection> collections;
  std::vector<std::string> problems;
};

namespace {

size_t number(contract::Op op) { return static_cast<size_t>(op); }

template <class T>
T& slot(std::vector<T>& table, contract::Op op) {
  if (table.size() <= number(op)) table.resize(number(op) + 1);
  return table[number(op)];
}

template <class T>
const T* find(const std::vector<T>& table, contract::Op op) {
  return number(op) < table.size() && table[number(op)] ? &table[number(op)] : nullptr;
}

void add_index(store::Collection& collection, const store::Index& index) {
  for (store::Index& there : collection.indexes) {
    if (there.path != index.path) continue;
    there.unique = there.unique || index.unique;
    there.everywhere = there.everywhere || index.everywhere;
    return;
  }
  collection.indexes.push_back(index);
}

void add_collection(std::vector<store::Collection>& collections, store::Collection added) {
  for (store::Collection& there : collections) {
    if (there.name != added.name) continue;
    for (const store::Index& index : added.indexes) add_index(there, index);
    there.log = there.log || added.log;
    return;
  }
  collections.push_back(std::move(added));
}

bool has_index(const std::vector<store::Collection>& collections, const std::string& name,
               const std::string& path) {
  for (const store::Collection& collection : collections) {
    if (collection.name != name) continue;
    if (path == "id") return true;
    for (const store::Index& index : collection.indexes) {
      if (index.path == path) return true;
    }
  }
  return false;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text.append(text.empty() ? "" : "\n").append(line);
  return text;
}

}  // namespace

Registry::Registry(const contract::Contract& contract)
    : contract_(contract), impl_(std::make_unique<Impl>()) {
  workflow(std::string(kForgetWorkflow), forget_requests);
}
Registry::~Registry() = default;

void Registry::resource(Resource resource) {
  auto engine = std::make_unique<ResourceEngine>(std::move(resource), contract_);
  for (const std::string& problem : engine->problems()) impl_->problems.push_back(problem);
  for (auto& [op, handler] : engine->operations()) {
    Handler& there = slot(impl_->served, op);
    if (there) {
      impl_->problems.push_back(std::string(contract_.operation(op).id) +
                                ": two resources serve it");
    }
    there = std::move(handler);
  }
  if (this->engine(engine->collection())) {
    impl_->problems.push_back(engine->collection() + ": two resources have this collection");
  }
  impl_->engines.push_back(std::move(engine));
}

void Registry::bind(contract::Op op, Handler handler) {
  if (find(impl_->bound, op) || find(impl_->raw, op)) {
    impl_->problems.push_back(std::string(contract_.operation(op).id) + ": bound twice");
  }
  slot(impl_->bound, op) = std::move(handler);
}

void Registry::bind_raw(contract::Op op, RawHandler handler) {
  if (find(impl_->bound, op) || find(impl_->raw, op)) {
    impl_->problems.push_back(std::string(contract_.operation(op).id) + ": bound twice");
  }
  slot(impl_->raw, op) = std::move(handler);
}

void Registry::workflow(std::string name, Workflow workflow) {
  if (!impl_->workflows.emplace(name, std::move(workflow)).second) {
    impl_->problems.push_back(name + ": two workflows have this name");
  }
}

void Registry::collection(store::Collection collection) {
  add_collection(impl_->collections, std::move(collection));
}

Result<void> Registry::check(const std::vector<std::string>& pending) const {
  std::vector<std::string> problems = impl_->problems;
  std::set<std::string_view> open(pending.begin(), pending.end());
  for (const contract::Operation& operation : contract_.operations()) {
    const bool is_pending = open.erase(operation.id) > 0;
    const bool is_bound = bound(operation.op);
    const std::string name = std::string(operation.id) + " (" + std::string(operation.path) + ")";
    if (is_bound && is_pending) problems.push_back(name + ": bound and pending");
    if (!is_bound && !is_pending) problems.push_back(name + ": neither bound nor pending");
  }
  for (const std::string_view id : open) {
    problems.push_back(std::string(id) + ": pending, but the contract has no such operation");
  }
  const std::vector<store::Collection> all = collections();
  for (const auto& engine : impl_->engines) {
    const Resource& resource = engine->resource();
    for (const Reference& reference : resource.references) {
      if (has_index(all, reference.collection, reference.by)) continue;
      problems.push_back(resource.path + ": refers to " + reference.collection + "." +
                         reference.by + ", which is not there or not indexed");
    }
    for (const UsedBy& user : resource.used_by) {
      if (has_index(all, user.collection, user.field)) continue;
      problems.push_back(resource.path + ": used by " + user.collection + "." + user.field +
                         ", which is not there or not indexed");
    }
  }
  if (!problems.empty()) return fail(joined(problems));
  return {};
}

const Handler* Registry::handler(contract::Op op) const {
  if (const Handler* handler = find(impl_->bound, op)) return handler;
  if (find(impl_->raw, op)) return nullptr;
  return find(impl_->served, op);
}

const RawHandler* Registry::raw_handler(contract::Op op) const { return find(impl_->raw, op); }

const Workflow* Registry::workflow(std::string_view name) const {
  const auto found = impl_->workflows.find(name);
  return found == impl_->workflows.end() ? nullptr : &found->second;
}

std::vector<store::Collection> Registry::collections() const {
  std::vector<store::Collection> all = impl_->collections;
  for (const auto& engine : impl_->engines) add_collection(all, engine->store_collection());
  return all;
}

const ResourceEngine* Registry::engine(std::string_view collection) const {
  for (const auto& engine : impl_->engines) {
    if (engine->collection() == collection) return engine.get();
  }
  return nullptr;
}

}  // namespace tandem::api
