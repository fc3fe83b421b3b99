#pragma once

#include <string_view>
#include <vector>

namespace tandem::store {

/// Whether `path` may stand in SQL: segments of [A-Za-z0-9_-] joined by dots, none empty. Because
/// of that alphabet it needs no escaping between quotes of any kind.
bool is_field_path(std::string_view path);

/// `voice.connection_id` as {"voice", "connection_id"}.
std::vector<std::string_view> path_segments(std::string_view path);

}  // namespace tandem::store
