#include <algorithm>

#include <fmt/format.h>

#include "api/resource_engine.h"
#include "core/e164.h"
#include "products/common/connections.h"
#include "products/numbers/filters.h"
#include "products/numbers/numbers.h"
#include "products/numbers/order_desk.h"
#include "products/numbers/prices.h"
#include "products/numbers/taken.h"

// Blocks: numbers that follow one another, found and ordered together. The id of a block is that of
// its order.

namespace tandem::products::numbers {
namespace {

using api::ApiError;
using api::Call;
using api::Draft;
using api::Effects;
using api::Outcome;
using api::refuse;

constexpr int64_t kFoundRange = 10;  // numbers in a block that a search gives
constexpr size_t kMostFound = 20;    // blocks
/// How many numbers a block may have, and the zeros its first number ends with.
constexpr std::pair<int64_t, std::string_view> kRanges[] = {{10, "0"}, {100, "00"}, {1000, "000"}};

/// The numbers that follow `first`, itself included; fewer where the plan ends.
std::vector<Number> numbers_from(const Inventory& inventory, const std::string& first,
                                 int64_t range) {
  std::vector<Number> numbers;
  const size_t digits = std::to_string(range).size() - 1;
  const std::string stem = first.substr(0, first.size() - digits);
  for (int64_t i = 0; i < range; ++i) {
    auto number = inventory.find(stem + fmt::format("{:0{}}", i, digits));
    if (!number) break;
    numbers.push_back(std::move(*number));
  }
  return numbers;
}

json::Value region(std::string_view type, std::string_view name) {
  return json::Value::object({{"region_type", type}, {"region_name", name}});
}

json::Value shown(const ledger::Rates& rates, const std::vector<Number>& numbers) {
  const Number& first = numbers.front();
  const Block& block = *first.block;
  uint8_t common = first.features;
  for (const Number& number : numbers) common &= number.features;
  json::Array features;
  for (const Feature feature : features_of(common)) {
    features.push_back(json::Value::object({{"name", to_string(feature)}}));
  }
  json::Array regions{region("country_code", block.country)};
  if (!block.locality.empty()) regions.push_back(region("location", block.locality));
  if (!block.area.empty()) regions.push_back(region("state", block.area));
  if (!first.rate_center.empty()) regions.push_back(region("rate_center", first.rate_center));
  const ledger::NumberRate price = price_of(rates, first);
  const auto count = static_cast<ledger::Nanos>(numbers.size());
  return json::Value::object(
      {{"record_type", "available_phone_number_block"},
       {"starting_number", first.phone_number},
       {"range", static_cast<int64_t>(numbers.size())},
       {"region_information", std::move(regions)},
       {"features", std::move(features)},
       {"cost_information",
        json::Value::object({{"upfront_cost", ledger::to_decimal(price.upfront * count)},
                             {"monthly_cost", ledger::to_decimal(price.monthly * count)},
                             {"currency", "USD"}})}});
}

/// First numbers of blocks in which something is taken.
std::unordered_set<std::string> broken_blocks(const Inventory& inventory, const Call& call,
                                              const store::Snapshot& snapshot,
                                              const std::vector<Number>& firsts) {
  std::vector<Number> all;
  for (const Number& first : firsts) {
    for (Number& number : numbers_from(inventory, first.phone_number, kFoundRange)) {
      all.push_back(std::move(number));
    }
  }
  std::unordered_set<std::string> broken;
  for (std::string number : taken_numbers(snapshot, call.account.id, call.now, all)) {
    number.back() = '0';
    broken.insert(std::move(number));
  }
  return broken;
}

Outcome search_blocks(const Inventory& inventory, const ledger::Rates& rates, const Call& call,
                      const store::Snapshot& snapshot) {
  Search search;
  search.country = filter_text(call.query, "country_code");
  search.locality = filter_text(call.query, "locality");
  search.ndc = filter_text(call.query, "national_destination_code");
  search.ends_with = "0";
  search.limit = kMostFound;
  const std::string type = filter_text(call.query, "phone_number_type");
  if (!type.empty()) {
    const auto known = parse_number_type(type);
    if (known) search.types.push_back(*known);
    if (!known) search.limit = 0;  // the plans have no such numbers
  }
  json::Array data;
  const auto taken = [&](const std::vector<Number>& firsts) {
    return broken_blocks(inventory, call, snapshot, firsts);
  };
  for (const Number& first : inventory.search(search, taken)) {
    data.push_back(shown(rates, numbers_from(inventory, first.phone_number, kFoundRange)));
  }
  const auto total = static_cast<int64_t>(data.size());
  Effects effects;
  effects.reply = api::Reply::json(
      json::Value::object(
          {{"data", std::move(data)},
           {"meta", json::Value::object({{"total_results", total}, {"best_effort_results", 0}})}})
          .text());
  return effects;
}

Result<void, ApiError> place_order(const OrderDesk& desk, const Inventory& inventory,
                                   Draft& draft) {
  const std::string first(draft.call.body["starting_number"].string());
  const int64_t range = draft.call.body["range"].integer();
  if (!is_e164(first)) {
    return refuse("10016", "The number is not in +E.164 format.", "/starting_number");
  }
  const auto known = std::find_if(std::begin(kRanges), std::end(kRanges),
                                  [range](const auto& r) { return r.first == range; });
  if (known == std::end(kRanges)) {
    return refuse("10015", "A block has 10, 100 or 1000 numbers.", "/range");
  }
  if (!first.ends_with(known->second)) {
    return refuse(
        "10015",
        fmt::format("A block of {} begins with a number that ends in {}.", range, known->second),
        "/starting_number");
  }
  const auto numbers = numbers_from(inventory, first, range);
  if (static_cast<int64_t>(numbers.size()) != range) {
    return refuse("85000", "No search finds this block: search first.", "/starting_number");
  }
  std::vector<Wanted> wanted;
  for (const Number& number : numbers) wanted.push_back({number.phone_number});
  Placement placement{draft.snapshot, draft.call.account, {draft.call.now, draft.call.ids},
                      draft.document, draft.effects,      true};
  auto placed = desk.place(placement, wanted);
  if (!placed) {
    for (auto& item : placed.error().items) item.pointer = "/starting_number";
  }
  return placed;
}

}  // namespace

void declare_blocks(api::Registry& registry, const Inventory& inventory,
                    const ledger::Rates& rates) {
  registry.bind(contract::Op::ListAvailablePhoneNumberBlocks,
                [&inventory, &rates](const Call& call, const store::Snapshot& snapshot) {
                  return search_blocks(inventory, rates, call, snapshot);
                });
  registry.resource({
      .path = "/number_block_orders",
      .collection = std::string(kBlockOrders),
      .record_type = "number_block_order",
      .references = {connection_reference("connection_id", "85004"),
                     {"messaging_profile_id", "messaging_profiles", "id", "85005"}},
      .filters = {{"phone_numbers.starting_number", "starting_number"}},
      .on_create = [desk = OrderDesk(registry, inventory, rates),
                    &inventory](Draft& draft) { return place_order(desk, inventory, draft); },
  });
}

}  // namespace tandem::products::numbers
