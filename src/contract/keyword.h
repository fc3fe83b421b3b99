#pragma once

#include <cstdint>
#include <string_view>

namespace tandem::contract {

/// The keywords of a schema that the server heeds.
enum class Keyword : uint8_t {
  None,
  AdditionalProperties,
  AllOf,
  AnyOf,
  Default,
  Discriminator,
  Enum,
  Example,
  ExclusiveMaximum,
  ExclusiveMinimum,
  Format,
  Items,
  MaxItems,
  MaxLength,
  Maximum,
  MinItems,
  MinLength,
  Minimum,
  OneOf,
  Pattern,
  Properties,
  ReadOnly,
  Ref,
  Required,
  Type,
  UniqueItems,
  WriteOnly
};

/// None for any other name.
Keyword keyword(std::string_view name);

}  // namespace tandem::contract
