#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "core/result.h"

namespace tandem::products::numbers {

enum class NumberType : uint8_t { Local, National, Mobile, TollFree };

/// "local", "national", "mobile", "toll_free".
std::string_view to_string(NumberType type);
std::optional<NumberType> parse_number_type(std::string_view text);

/// A block of a numbering plan: all numbers with one national destination code.
struct Block {
  std::string country;       // ISO 3166-1 alpha-2
  std::string calling_code;  // "1"
  NumberType type = NumberType::Local;
  std::string ndc;       // national destination code: "312"
  size_t digits = 0;     // of the subscriber number behind it
  std::string area;      // administrative area: "IL"; empty when the block has no place
  std::string locality;  // "Chicago"; empty likewise
};

enum class Feature : uint8_t {
  Voice = 1,
  Sms = 2,
  Mms = 4,
  Fax = 8,
  Emergency = 16,
  HdVoice = 32,
  InternationalSms = 64,
  LocalCalling = 128
};

std::string_view to_string(Feature feature);
std::optional<Feature> parse_feature(std::string_view text);
/// Those set in `features`, in the order of the enum.
std::vector<Feature> features_of(uint8_t features);

/// A number that exists.
struct Number {
  std::string phone_number;  // +E.164
  const Block* block = nullptr;
  std::string rate_center;  // "CHICAGO"; empty outside North America
  uint8_t features = 0;     // Feature bits
  bool quickship = false;   // active at once
};

/// What some number of the block has; no number has more. Feature bits.
uint8_t possible_features(const Block& block);

/// What a search asks for; empty members ask for nothing.
struct Search {
  std::string country = {};
  std::vector<NumberType> types = {};
  std::string ndc = {};
  std::string area = {};
  std::string locality = {};
  std::string rate_center = {};
  std::string starts_with =
      {};  // digits: behind the NDC when `ndc` is given, else of the national number
  std::string ends_with = {};
  std::string contains = {};
  uint8_t features = 0;  // all of them
  bool quickship = false;
  size_t limit = 20;
};

/// Every valid number of the plans, without storing one: what a number is like follows from its
/// digits, and a search builds numbers that match instead of looking through them.
class Inventory {
 public:
  static constexpr size_t kMostResults = 10'000;
  /// Numbers a search looks at before it gives up finding more.
  static constexpr size_t kMostTried = 50'000;

  /// From the tab-separated lines of data/plans.tsv.
  static Result<Inventory> parse(std::string_view plans);
  /// The plans built into the program.
  static Inventory built_in();

  /// The number, or nothing when no plan has it.
  std::optional<Number> find(std::string_view e164) const;

  /// Of some numbers those that cannot be had.
  using Taken =
      std::function<std::unordered_set<std::string>(const std::vector<Number>& candidates)>;

  /// Numbers that match and that `taken`, which is asked for many at a time, does not name; spread
  /// over the matching blocks. The same search finds the same numbers.
  std::vector<Number> search(const Search& search, const Taken& taken) const;

  const std::vector<Block>& blocks() const { return blocks_; }

 private:
  std::vector<Block> blocks_;
};

}  // namespace tandem::products::numbers
