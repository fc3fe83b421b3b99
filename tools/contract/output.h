#pragma once

#include <string>

#include "core/json.h"
#include "problems.h"

namespace tandem::contract_tool {

/// The operationIds a pending.yaml names (`pending:`, product, list), each checked to be an
/// operation of that product, in one list.
json::Value read_pending(const json::Value& pending, const json::Value& contract,
                         Problems& problems);

/// The OpenAPI 3.1 document the server links in, as compact JSON. "x-pending" lists the operations
/// that are not served yet.
std::string openapi_text(const json::Value& contract, const json::Value& pending);

/// The text of operations.h: an enumerator for each operation, in the order of the document.
std::string operations_header(const json::Value& contract);

}  // namespace tandem::contract_tool
