#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "api/resource.h"
#include "api/resource_dates.h"
#include "api/resource_fields.h"
#include "api/resource_page.h"
#include "contract/contract.h"

namespace tandem::api {

/// A Resource with all that the contract says of it, worked out once at start. Read only
/// afterwards, from every shard.
struct ResourcePlan {
  Resource resource;
  std::string collection;
  std::string parent_param;  // path parameter that holds the parent's id; may be empty

  const contract::Operation* list = nullptr;
  const contract::Operation* create = nullptr;
  const contract::Operation* get = nullptr;
  const contract::Operation* remove = nullptr;
  std::vector<const contract::Operation*> updates;  // PATCH, PUT and POST on the item

  contract::Schema document;  // one document as it is answered; may be empty
  std::vector<FieldPlan> fields;
  json::Value defaults;  // of the declaration; an object
  Stamps stamps;
  bool numeric_id = false;  // the contract writes the id as an integer
  bool has_record_type = false;
  std::vector<std::string> hidden;  // dotted paths that are stored and never answered
  PageForm page;
  std::vector<std::string> problems;

  /// Whether stored text may be answered as it is.
  bool sends_stored_text(std::string_view body) const;
  std::string key(std::string_view account, std::string_view id) const;
  /// The value as the id member has it.
  json::Value id_value(std::string_view id) const;
};

/// The members' schema inside an answer: below `data`, or the answer itself; of a list, its items.
contract::Schema document_schema(contract::Schema answer);
/// Name of the member that wraps a single document ("data"), or empty for a bare one.
std::string_view wrapper_of(contract::Schema answer);

/// The id of the parent that the request's path names; empty for a collection without one.
std::string_view parent_id(const ResourcePlan& plan, const Call& call);

ResourcePlan plan_resource(Resource resource, const contract::Contract& contract);

/// Indexes that the list's filters and sort orders call for, then the declared ones.
std::vector<store::Index> plan_indexes(const ResourcePlan& plan);

}  // namespace tandem::api
