#pragma once

#include "api/call.h"
#include "api/resource_plan.h"
#include "store/store.h"

namespace tandem::api {

/// What the request's filters, sort and page ask of the collection.
Result<store::Query, ApiError> list_query(const ResourcePlan& plan, const Call& call);

/// A page of documents in the envelope of the list.
Reply list_reply(const ResourcePlan& plan, const Call& call, const store::Snapshot& snapshot,
                 const store::Query& query);

/// The handler of the list operation.
Outcome list_documents(const ResourcePlan& plan, const Call& call, const store::Snapshot& snapshot);

}  // namespace tandem::api
