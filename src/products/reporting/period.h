#pragma once

#include <optional>

#include "api/call.h"

namespace tandem::products::reporting {

/// The moment that a query parameter names; nothing when it is not there, 10015 when it is no date.
Result<std::optional<WallTime>, api::ApiError> read_time(const api::Call& call, const char* name);

}  // namespace tandem::products::reporting
