#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "contract/error.h"
#include "core/json.h"

namespace tandem::contract {

class Contract;
struct Node;

/// Which way a document goes: readOnly members are ignored on the way in, writeOnly ones must not
/// be there on the way out.
enum class Direction { Request, Answer };

/// A compiled schema: a number into the contract's flat tables. Copy freely; lives as long as the
/// Contract.
class Schema {
 public:
  enum class Kind : uint8_t { Any, Null, Boolean, Integer, Number, String, Array, Object };

  Schema() = default;
  explicit operator bool() const { return contract_ != nullptr; }

  /// Appends what is wrong, at most `limit` items, each with code (10004 missing, 10025 length,
  /// 10026 type, 10032 enum, 10033 range, 10016 E.164, 10003 URL, 10015 and 10027 otherwise) and
  /// pointer. Duplicate member names are wrong (10015). True when nothing is.
  bool validate(json::View value, Direction direction, std::vector<ErrorItem>& problems,
                size_t limit = 10) const;

  /// The same for a value that came as text (path, query, header, form field): "12" is an integer
  /// where one is asked for. Items carry the parameter's name instead of a pointer.
  bool validate_text(std::string_view text, std::string_view parameter,
                     std::vector<ErrorItem>& problems) const;

  // What the Resource engine and the console need to know of it. allOf is merged already;
  // a oneOf/anyOf shows the members of all its branches.
  Kind kind() const;
  bool nullable() const;
  bool read_only() const;
  bool write_only() const;
  std::string_view format() const;                        // "uuid", "date-time", "e164", "" ...
  std::string_view default_json() const;                  // JSON text of the default; empty: none
  std::string_view example_json() const;                  // likewise
  std::span<const std::string_view> enum_values() const;  // strings only
  std::optional<double> minimum() const;                  // of a number, inclusive or not
  std::optional<double> maximum() const;
  Schema items() const;  // of an array
  struct Property;
  size_t property_count() const;
  Property property(size_t i) const;           // in the order of the contract
  Schema member(std::string_view name) const;  // empty Schema when there is none
  bool required(std::string_view name) const;
  std::string_view name() const;  // component name, or empty

 private:
  friend class Contract;
  friend struct Compiler;
  const Node& node() const;
  Schema(const Contract* contract, uint32_t index) : contract_(contract), index_(index) {}
  const Contract* contract_ = nullptr;
  uint32_t index_ = 0;
};

struct Schema::Property {
  std::string_view name;
  Schema schema;
  bool required = false;
};

}  // namespace tandem::contract
