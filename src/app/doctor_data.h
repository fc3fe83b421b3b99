#pragma once

#include <vector>

#include "app/doctor.h"

namespace tandem::app {

/// The doctor's part about what is kept: directory, disk, keys, database.
std::vector<Finding> examine_data(const Config& config);

}  // namespace tandem::app
