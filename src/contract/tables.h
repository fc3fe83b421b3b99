#pragma once

#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

#include "contract/arena.h"
#include "contract/contract.h"
#include "contract/pattern.h"
#include "contract/router.h"
#include "contract/schema.h"

// The flat tables behind a Contract. Private to the room.

namespace tandem::contract {

/// A stretch of one of the tables.
struct Range {
  uint32_t begin = 0;
  uint32_t count = 0;
};

/// Formats that are held against a string; the others only tell what is meant.
enum class Check : uint8_t {
  None,
  Uuid,
  DateTime,
  Date,
  Uri,
  E164,
  Email,
  Decimal,
  Currency,
  JsonPointer
};

/// Alternatives of a schema: a value must fit one of them. With a discriminator whose mapping names
/// the value, it must fit that one.
struct Alternatives {
  Range branches;                  // in Tables::branches
  std::string_view discriminator;  // member that tells which; empty: none
  Range mapping;                   // in Tables::mappings
};

struct Mapping {
  std::string_view value;
  uint32_t node;
};

struct Property {
  std::string_view name;
  uint32_t node;
  bool required;
};

inline constexpr uint32_t kNoNode = UINT32_MAX;

/// Most members one schema may describe; the contract's largest has about fifty.
inline constexpr size_t kMaxProperties = 1024;

/// A compiled schema. `kind` is what it says itself; the `shown_` members add what its
/// alternatives say, for those who look at it rather than validate with it.
struct Node {
  Schema::Kind kind = Schema::Kind::Any;
  Schema::Kind shown_kind = Schema::Kind::Any;
  Check check = Check::None;
  bool nullable = false;
  bool read_only = false;
  bool write_only = false;
  bool closed = false;  // additionalProperties: false
  bool unique_items = false;
  bool blank_allowed = false;  // an empty string stands for "none" whatever the format
  bool exclusive_minimum = false;
  bool exclusive_maximum = false;
  uint32_t items = kNoNode;
  uint32_t shown_items = kNoNode;
  uint32_t additional = kNoNode;
  uint32_t pattern = kNoNode;  // in Tables::patterns
  Range properties;
  Range shown_properties;
  Range texts;  // enum of strings, in Tables::texts
  Range shown_texts;
  Range literals;      // enum of anything else, as JSON text, in Tables::texts
  Range alternatives;  // in Tables::alternatives
  double minimum = -std::numeric_limits<double>::infinity();
  double maximum = std::numeric_limits<double>::infinity();
  uint32_t min_length = 0;
  uint32_t max_length = UINT32_MAX;
  uint32_t min_items = 0;
  uint32_t max_items = UINT32_MAX;
  std::string_view format;
  std::string_view name;
  std::string_view default_json;
  std::string_view example_json;
};

struct Tables {
  Arena arena;
  std::vector<Node> nodes;  // the first is "anything"
  std::vector<Property> properties;
  /// For each stretch of `properties`, beginning at the same place: the offsets in it in the order
  /// of (length, bytes) of the names, for look-ups.
  std::vector<uint16_t> sorted;
  std::vector<std::string_view> texts;
  std::vector<Alternatives> alternatives;
  std::vector<uint32_t> branches;
  std::vector<Mapping> mappings;
  std::vector<Pattern> patterns;

  std::vector<Operation> operations;
  std::vector<Range> path_names;  // of each operation, in texts: its path parameters in order
  std::vector<Parameter> parameters;
  std::vector<Operation::Body> bodies;
  std::vector<Answer> answers;
  std::vector<Webhook> webhooks;
  std::vector<std::string_view> pending;
  Router api;
  Router storage;
  std::string openapi;  // when it did not come from the blob
  std::string_view openapi_view;

  template <class T>
  std::span<const T> of(const std::vector<T>& table, Range range) const {
    return std::span<const T>(table).subspan(range.begin, range.count);
  }
  /// The property of that name in a stretch, or null.
  const Property* property(Range range, std::string_view name) const;
};

/// Order of (length, bytes): lengths differ more often than first letters.
inline bool shorter_or_less(std::string_view a, std::string_view b) {
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

struct Contract::Impl {
  Tables tables;
};

}  // namespace tandem::contract
