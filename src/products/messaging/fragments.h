#pragma once

#include <string>

#include "carrier/text/reassembly.h"
#include "core/json.h"

/// Parts of long texts as rows, while their other parts are missing.
namespace tandem::products::messaging {

json::Value row_of(const carrier::text::Fragment& fragment);
carrier::text::Fragment read_fragment(const std::string& id, json::View row);

}  // namespace tandem::products::messaging
