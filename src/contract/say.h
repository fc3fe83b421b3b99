#pragma once

#include <span>
#include <string>
#include <string_view>

#include "contract/tables.h"
#include "core/json.h"

// The sentences of validation errors.

namespace tandem::contract {

/// "a string", "an object" ...
std::string_view name_of(Schema::Kind kind);
std::string_view name_of(json::Type type);

/// "Must be a string, not a number."
std::string say_type(std::string_view wanted, json::Type given);

/// "Must be one of: a, b, c." Long lists end in "...".
std::string say_enum(std::span<const std::string_view> values);

/// "Must be at least 1 and at most 30."
std::string say_range(const Node& node);

/// "Must be between 1 and 11 characters long, but is 15."
std::string say_length(const Node& node, size_t length);

/// "Must hold at least 1 and at most 10 items, but holds 12."
std::string say_count(const Node& node, size_t count);

}  // namespace tandem::contract
