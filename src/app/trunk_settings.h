#pragma once

#include <vector>

#include "carrier/trunk.h"
#include "core/result.h"

namespace YAML {
class Node;
}

namespace tandem::app {

/// The `trunks` list of the configuration file (docs/operating.md). Unknown names and bad values
/// are errors that name the trunk. Throws YAML::Exception as the file's other readers do.
Result<std::vector<carrier::Trunk>> read_trunks(const YAML::Node& list);

}  // namespace tandem::app
