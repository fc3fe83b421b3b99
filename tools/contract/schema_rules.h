#pragma once

#include <string>

#include "core/json.h"
#include "problems.h"

namespace tandem::contract_tool {

/// Brings a schema and everything in it to the one form the server reads: `nullable` and a default
/// of null become a type that allows null, boolean exclusive bounds become numbers, formats are
/// spelled one way. Keywords, types and formats the server does not know are problems.
void normalise_schema(json::Value& schema, const std::string& where, Problems& problems);

}  // namespace tandem::contract_tool
