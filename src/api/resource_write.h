#pragma once

#include <string>
#include <string_view>

#include "api/call.h"
#include "api/resource_plan.h"

/// The operations of a Resource on one document, as handlers (resource_list.h has the lists).
namespace tandem::api {

/// The account's document with that id (below its parent, for a nested path), or 10005.
Result<store::Row, ApiError> find_document(const ResourcePlan& plan, const Call& call,
                                           const store::Snapshot& snapshot, std::string_view id);

/// A new document from `input` with everything the engine makes.
json::Value make_document(const ResourcePlan& plan, Moment moment, const json::Value& input);

/// The id inside a document, as text.
std::string id_of(const ResourcePlan& plan, const json::Value& document);

Outcome create_document(const ResourcePlan& plan, const Call& call,
                        const store::Snapshot& snapshot);
Outcome get_document(const ResourcePlan& plan, const Call& call, const store::Snapshot& snapshot);
Outcome update_document(const ResourcePlan& plan, const Call& call,
                        const store::Snapshot& snapshot);
Outcome delete_document(const ResourcePlan& plan, const Call& call,
                        const store::Snapshot& snapshot);

}  // namespace tandem::api
