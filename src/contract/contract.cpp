#include "contract/contract.h"

#include <algorithm>

#include "contract/compiler.h"
#include "contract/tables.h"
#include "contract/text.h"
#include "core/assert.h"

extern "C" {
extern const char tandem_contract_begin[];
extern const char tandem_contract_end[];
}

namespace tandem::contract {
namespace {

constexpr Verb kVerbs[] = {Verb::Get, Verb::Post, Verb::Put, Verb::Patch, Verb::Delete, Verb::Head};

uint16_t operation_for(const Router::Target& target, Verb verb) {
  const uint16_t own = target[static_cast<size_t>(verb)];
  // HEAD is answered by what answers GET (RFC 9110 section 9.3.2).
  if (own != Router::kNoOperation || verb != Verb::Head) return own;
  return target[static_cast<size_t>(Verb::Get)];
}

Match match(const Tables& tables, const Router& router, Verb verb, std::string_view path) {
  Match result;
  const Router::Found found = router.find(path);
  if (!found.target) return result;
  const uint16_t index = operation_for(*found.target, verb);
  if (index == Router::kNoOperation) {
    result.found = Match::Found::NoMethod;
    for (const Verb other : kVerbs) {
      if (operation_for(*found.target, other) != Router::kNoOperation) {
        result.allowed.push_back(other);
      }
    }
    return result;
  }
  const auto names = tables.of(tables.texts, tables.path_names[index]);
  result.path.reserve(names.size());
  for (size_t i = 0; i < names.size(); ++i) {
    auto value = percent_decode(found.captured[i]);
    if (!value) return Match{};
    result.path.emplace_back(names[i], std::move(*value));
  }
  result.found = Match::Found::Operation;
  result.operation = &tables.operations[index];
  return result;
}

}  // namespace

Contract::Contract() : impl_(std::make_unique<Impl>()) {}
Contract::~Contract() = default;

Result<std::unique_ptr<Contract>> Contract::build(std::string_view json) {
  const auto document = json::Document::parse(json);
  if (!document) return fail(document.error().what);
  std::unique_ptr<Contract> contract(new Contract());
  if (auto done = Compiler(*contract, document->root()).run(); !done) {
    return tl::unexpected(done.error());
  }
  return contract;
}

Result<std::unique_ptr<Contract>> Contract::load() {
  const std::string_view blob(tandem_contract_begin,
                              static_cast<size_t>(tandem_contract_end - tandem_contract_begin));
  auto contract = build(blob);
  if (!contract) return contract;
  if ((*contract)->operations().size() != kOperationCount) {
    return fail("the contract and its list of operations were not built together");
  }
  (*contract)->impl_->tables.openapi_view = blob;
  return contract;
}

Result<std::unique_ptr<Contract>> Contract::from_json(std::string_view json) {
  auto contract = build(json);
  if (!contract) return contract;
  Tables& tables = (*contract)->impl_->tables;
  tables.openapi = json;
  tables.openapi_view = tables.openapi;
  return contract;
}

std::span<const Operation> Contract::operations() const { return impl_->tables.operations; }

const Operation& Contract::operation(Op op) const {
  const auto index = static_cast<size_t>(op);
  TANDEM_ASSERT(index < impl_->tables.operations.size());
  return impl_->tables.operations[index];
}

const Operation* Contract::find(Verb verb, std::string_view path_template) const {
  const auto& all = impl_->tables.operations;
  const auto found = std::find_if(all.begin(), all.end(), [&](const Operation& operation) {
    return operation.verb == verb && operation.path == path_template;
  });
  return found == all.end() ? nullptr : &*found;
}

const Operation* Contract::find(std::string_view operation_id) const {
  const auto& all = impl_->tables.operations;
  const auto found = std::find_if(all.begin(), all.end(), [&](const Operation& operation) {
    return operation.id == operation_id;
  });
  return found == all.end() ? nullptr : &*found;
}

std::span<const Webhook> Contract::webhooks() const { return impl_->tables.webhooks; }

const Webhook* Contract::webhook(std::string_view name) const {
  for (const Webhook& webhook : impl_->tables.webhooks) {
    if (webhook.name == name) return &webhook;
  }
  return nullptr;
}

std::span<const std::string_view> Contract::pending() const { return impl_->tables.pending; }

Match Contract::route(Verb verb, std::string_view path) const {
  return match(impl_->tables, impl_->tables.api, verb, path);
}

Match Contract::route_storage(Verb verb, std::string_view path) const {
  return match(impl_->tables, impl_->tables.storage, verb, path);
}

std::string_view Contract::openapi_json() const { return impl_->tables.openapi_view; }

}  // namespace tandem::contract
