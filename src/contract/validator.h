#pragma once

#include <cstdint>
#include <vector>

#include "contract/error.h"
#include "contract/schema.h"
#include "contract/tables.h"
#include "core/json.h"

namespace tandem::contract {

/// Schema::validate on the tables themselves.
bool validate_value(const Tables& tables, uint32_t node, json::View value, Direction direction,
                    std::vector<ErrorItem>& problems, size_t limit);

}  // namespace tandem::contract
