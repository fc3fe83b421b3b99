#pragma once

#include <memory>
#include <string>

#include "core/metrics.h"
#include "store/store.h"

namespace tandem::store {

/// open_sqlite() of a process that shows what it takes: `cached_bytes`, which outlives the
/// database, is set after each group of commits to the memory of the pages held to write them
/// faster. It grows with what is written, up to 64 MiB.
std::unique_ptr<Database> open_sqlite(const std::string& path, Gauge& cached_bytes);

}  // namespace tandem::store
