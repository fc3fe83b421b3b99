#pragma once

#include "core/json.h"
#include "problems.h"

namespace tandem::contract_tool {

/// Every "$ref", and every target of a discriminator's mapping, must name a component that is
/// there.
void check_references(const json::Value& contract, Problems& problems);

}  // namespace tandem::contract_tool
