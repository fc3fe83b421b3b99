#pragma once

#include <string>

#include "core/result.h"

namespace tandem::store {

// Looks at a database without changing it, for the doctor: whether it can be used by this program,
// and what keeps it from that. Both may block for some seconds.

/// The file must be there.
Result<void> examine_sqlite(const std::string& path);
/// `conninfo` as libpq reads it.
Result<void> examine_postgres(const std::string& conninfo);

}  // namespace tandem::store
