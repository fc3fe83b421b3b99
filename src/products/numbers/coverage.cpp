#include <algorithm>
#include <map>

#include "products/numbers/digit_pattern.h"
#include "products/numbers/filters.h"
#include "products/numbers/inventory.h"
#include "products/numbers/numbers.h"

// GET /inventory_coverage: how many numbers the inventory has, by area code or place.

namespace tandem::products::numbers {
namespace {

using api::Call;
using api::Effects;
using api::Outcome;

/// Exchanges of an area code that may be assigned, counted once.
int64_t assignable_exchanges() {
  static const int64_t count = [] {
    int64_t found = 0;
    for (int exchange = 200; exchange < 1000; ++exchange) {
      found += DigitPatterns::is_exchange(std::to_string(exchange) + "0000") ? 1 : 0;
    }
    return found;
  }();
  return count;
}

int64_t power_of_ten(size_t digits) {
  int64_t power = 1;
  for (size_t i = 0; i < digits; ++i) power *= 10;
  return power;
}

constexpr size_t kExchangeDigits = 3;

/// How many numbers the block has, of one exchange when `nxx` is given.
int64_t size_of(const Block& block, const std::string& nxx) {
  const bool american = block.calling_code == "1";
  if (!nxx.empty()) {
    const std::string first = nxx + std::string(block.digits - kExchangeDigits, '0');
    if (!american || nxx.size() != kExchangeDigits || !DigitPatterns::is_exchange(first)) return 0;
    return power_of_ten(block.digits - kExchangeDigits);
  }
  if (!american) return power_of_ten(block.digits);
  return assignable_exchanges() * power_of_ten(block.digits - kExchangeDigits);
}

struct Asked {
  std::string country, area, ndc, nxx, type, group_by;
  uint8_t features = 0;
  bool count = false;
};

Asked read_asked(const contract::QueryValues& query) {
  Asked asked;
  asked.country = filter_text(query, "country_code");
  if (asked.country.empty()) asked.country = "US";
  asked.area = filter_text(query, "administrative_area");
  asked.ndc = filter_text(query, "npa");
  asked.nxx = filter_text(query, "nxx");
  asked.type = filter_text(query, "phone_number_type");
  if (asked.type == "landline") asked.type = "local";
  asked.group_by = filter_text(query, "groupBy");
  if (asked.group_by.empty()) asked.group_by = "national_destination_code";
  asked.count = filter_text(query, "count") == "true";
  for (const std::string& name : filter_texts(query, "features")) {
    if (const auto feature = parse_feature(name)) asked.features |= static_cast<uint8_t>(*feature);
  }
  return asked;
}

bool matches(const Block& block, const Asked& asked) {
  return block.country == asked.country && (asked.area.empty() || asked.area == block.area) &&
         (asked.ndc.empty() || asked.ndc == block.ndc) &&
         (asked.type.empty() || asked.type == to_string(block.type)) &&
         (possible_features(block) & asked.features) == asked.features;
}

/// Blocks of one area code or place, of one type.
struct Group {
  const Block* first = nullptr;
  int64_t count = 0;
};

json::Value shown(const std::string& name, const Group& group, const Asked& asked) {
  const Block& block = *group.first;
  json::Value line = json::Value::object(
      {{"record_type", "inventory_coverage_group"},
       {"group", name},
       {"group_type", asked.group_by},
       {"coverage_type", "number"},
       {"number_range", 1},
       {"number_type", block.type == NumberType::TollFree ? "toll-free" : "did"},
       {"phone_number_type", to_string(block.type)},
       {"advance_requirements", false}});
  if (!block.area.empty()) line.set("administrative_area", block.area);
  if (asked.count) line.set("count", group.count);
  return line;
}

Outcome list_coverage(const Inventory& inventory, const Call& call) {
  const Asked asked = read_asked(call.query);
  std::map<std::pair<std::string, NumberType>, Group> groups;
  for (const Block& block : inventory.blocks()) {
    if (!matches(block, asked)) continue;
    const int64_t size = size_of(block, asked.nxx);
    const std::string& name = asked.group_by == "locality" ? block.locality : block.ndc;
    if (size == 0 || name.empty()) continue;
    Group& group = groups[{name, block.type}];
    if (!group.first) group.first = &block;
    group.count += size;
  }
  json::Array data;
  for (const auto& [key, group] : groups) data.push_back(shown(key.first, group, asked));
  const auto total = static_cast<int64_t>(data.size());
  Effects effects;
  effects.reply = api::Reply::json(
      json::Value::object(
          {{"data", std::move(data)}, {"meta", json::Value::object({{"total_results", total}})}})
          .text());
  return effects;
}

}  // namespace

void declare_coverage(api::Registry& registry, const Inventory& inventory) {
  registry.bind(contract::Op::CreateInventoryCoverage,
                [&inventory](const Call& call, const store::Snapshot&) {
                  return list_coverage(inventory, call);
                });
}

}  // namespace tandem::products::numbers
