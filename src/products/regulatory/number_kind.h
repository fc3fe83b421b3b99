#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::products::regulatory {

/// Of which country and type a number is.
struct NumberKind {
  std::string country;  // ISO 3166-1 alpha-2
  std::string type;     // "local", "national", "mobile", "toll_free"
};

/// Tells numbers apart by the numbering plans.
class NumberKinds {
 public:
  /// From tab-separated lines that begin with country, calling code, type and national destination
  /// code; other lines are passed over.
  explicit NumberKinds(std::string_view plans);
  /// By the longest prefix that fits; nothing for what is no +E.164 number or in no plan.
  std::optional<NumberKind> find(std::string_view e164) const;

 private:
  struct Prefix {
    std::string digits;  // calling code and national destination code
    NumberKind kind;
  };
  std::vector<Prefix> prefixes_;  // sorted by digits
};

}  // namespace tandem::products::regulatory
