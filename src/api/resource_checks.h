#pragma once

#include <string_view>

#include "api/call.h"
#include "api/resource_plan.h"

namespace tandem::api {

/// Each reference of the document that is new or changed names something of the account.
Result<void, ApiError> check_references(const ResourcePlan& plan, const Account& account,
                                        const store::Snapshot& snapshot,
                                        const json::Value& document, const json::Value* before);

/// Nothing that forbids it uses the document.
Result<void, ApiError> check_unused(const ResourcePlan& plan, const Account& account,
                                    const store::Snapshot& snapshot, std::string_view id);

/// The thing a nested path hangs from is there.
Result<void, ApiError> check_parent(const ResourcePlan& plan, const Call& call,
                                    const store::Snapshot& snapshot);

}  // namespace tandem::api
