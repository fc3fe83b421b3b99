#pragma once

#include "api/effects.h"
#include "core/json.h"

namespace tandem::products {

/// The answer of a list that is so short that it has one page, whatever page was asked for.
api::Reply whole_list(json::Array data);

}  // namespace tandem::products
