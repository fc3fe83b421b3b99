#pragma once

#include "core/json.h"
#include "problems.h"

namespace tandem::contract_tool {

/// Brings a merged contract to the form the server reads, in place: schemas as schema_rules.h says,
/// parameters of a path moved into its operations, those of one name joined, path parameters
/// required, an answer's description added. Problems are: unknown keys, an operation without
/// operationId, summary or answers, two with the same operationId (or the same enumerator), a path
/// template and its parameters that differ.
void normalise(json::Value& contract, Problems& problems);

}  // namespace tandem::contract_tool
