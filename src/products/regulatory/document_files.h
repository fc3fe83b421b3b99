#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/json.h"

namespace tandem::products::regulatory {

/// Media type that a file name's ending tells of.
std::string type_of(std::string_view filename);

/// Writes a stored file into its document: hash, size, type.
void describe_file(json::Value& document, std::string_view blob, uint64_t size,
                   std::string_view content_type);

}  // namespace tandem::products::regulatory
