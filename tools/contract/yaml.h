#pragma once

#include <string>

#include "core/json.h"
#include "core/result.h"

namespace tandem::contract_tool {

/// Reads YAML text as JSON values. Plain scalars are null, booleans, whole numbers and decimals
/// where both YAML 1.1 and 1.2 say so, and strings otherwise; anchors and tags are refused.
Result<json::Value> parse_yaml(const std::string& text);

/// The same for a file.
Result<json::Value> load_yaml(const std::string& path);

}  // namespace tandem::contract_tool
