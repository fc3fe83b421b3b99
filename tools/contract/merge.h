#pragma once

#include <string>
#include <vector>

#include "core/json.h"
#include "problems.h"

namespace tandem::contract_tool {

/// A file of the contract: its name without ".yaml", and what is in it.
struct Source {
  std::string product;
  json::Value content;
};

/// One document of all files: "paths" (each operation marked with its product as "x-product"),
/// "webhooks" (likewise) and "components". The same path may stand in several files, the same
/// operation, webhook or component may not.
json::Value merge(std::vector<Source> sources, Problems& problems);

}  // namespace tandem::contract_tool
