#include <charconv>
#include <memory>

#include "products/numbers/filters.h"
#include "products/numbers/inventory.h"
#include "products/numbers/numbers.h"
#include "products/numbers/prices.h"
#include "products/numbers/taken.h"

// GET /available_phone_numbers and the coverage of countries: what the inventory has that nobody
// has taken.

namespace tandem::products::numbers {
namespace {

using api::ApiError;
using api::Call;
using api::Effects;
using api::Outcome;
using contract::Op;

constexpr size_t kDefaultResults = 100;
/// The longest run of digits a pattern may ask for: a national number has no more.
constexpr size_t kMaxPattern = 15;

/// The digits of a filter on phone_number; empty when it is not given.
Result<std::string, ApiError> pattern(const contract::QueryValues& query, store::Compare compare) {
  for (const store::Condition& condition : query.filters) {
    if (condition.path != "phone_number" || condition.compare != compare) continue;
    const auto* text =
        condition.values.empty() ? nullptr : std::get_if<std::string>(&condition.values.front());
    std::string digits(text ? *text : "");
    if (!digits.empty() && digits.front() == '+') digits.erase(0, 1);
    if (digits.size() > kMaxPattern ||
        digits.find_first_not_of("0123456789") != std::string::npos) {
      return tl::unexpected(ApiError::parameter("10015", "filter[phone_number]",
                                                "A pattern is made of at most 15 digits."));
    }
    return digits;
  }
  return std::string();
}

Result<Search, ApiError> read_search(const contract::QueryValues& query) {
  Search search;
  search.country = filter_text(query, "country_code");
  search.ndc = filter_text(query, "national_destination_code");
  search.area = filter_text(query, "administrative_area");
  search.locality = filter_text(query, "locality");
  search.rate_center = filter_text(query, "rate_center");
  search.quickship = filter_text(query, "quickship") == "true";
  search.limit = kDefaultResults;
  for (const std::string& name : filter_texts(query, "phone_number_type")) {
    const auto type = parse_number_type(name);
    // A type the plans do not have (shared cost) is a search without results, not a mistake.
    if (!type) search.limit = 0;
    if (type) search.types.push_back(*type);
  }
  for (const std::string& name : filter_texts(query, "features")) {
    if (const auto feature = parse_feature(name)) search.features |= static_cast<uint8_t>(*feature);
  }
  const std::string limit = filter_text(query, "limit");
  if (!limit.empty() && search.limit > 0) {
    std::from_chars(limit.data(), limit.data() + limit.size(), search.limit);
  }
  const struct {
    store::Compare compare;
    std::string& digits;
  } patterns[] = {{store::Compare::StartsWith, search.starts_with},
                  {store::Compare::EndsWith, search.ends_with},
                  {store::Compare::Contains, search.contains}};
  for (const auto& [compare, digits] : patterns) {
    auto found = pattern(query, compare);
    if (!found) return tl::unexpected(found.error());
    digits = std::move(*found);
  }
  return search;
}

json::Value region(std::string_view type, std::string_view name) {
  return json::Value::object({{"region_type", type}, {"region_name", name}});
}

json::Value shown(const ledger::Rates& rates, const Number& number) {
  const Block& block = *number.block;
  json::Array regions{region("country_code", block.country)};
  if (!block.locality.empty()) regions.push_back(region("location", block.locality));
  if (!block.area.empty()) regions.push_back(region("state", block.area));
  if (!number.rate_center.empty()) {
    regions.push_back(region("rate_center", number.rate_center));
  }
  json::Array features;
  for (const Feature feature : features_of(number.features)) {
    features.push_back(json::Value::object({{"name", to_string(feature)}}));
  }
  const ledger::NumberRate price = price_of(rates, number);
  return json::Value::object(
      {{"record_type", "available_phone_number"},
       {"phone_number", number.phone_number},
       {"vanity_format", ""},
       {"best_effort", false},
       {"quickship", number.quickship},
       {"reservable", block.type != NumberType::Mobile},
       {"region_information", std::move(regions)},
       {"cost_information",
        json::Value::object({{"upfront_cost", ledger::to_decimal(price.upfront)},
                             {"monthly_cost", ledger::to_decimal(price.monthly)},
                             {"currency", "USD"}})},
       {"features", std::move(features)}});
}

Outcome search_numbers(const Inventory& inventory, const ledger::Rates& rates, const Call& call,
                       const store::Snapshot& snapshot) {
  const auto search = read_search(call.query);
  if (!search) return tl::unexpected(search.error());
  const auto taken = [&](const std::vector<Number>& candidates) {
    return taken_numbers(snapshot, call.account.id, call.now, candidates);
  };
  json::Array data;
  for (const Number& number : inventory.search(*search, taken))
    data.push_back(shown(rates, number));
  const auto total = static_cast<int64_t>(data.size());
  Effects effects;
  effects.reply = api::Reply::json(
      json::Value::object(
          {{"data", std::move(data)},
           {"meta", json::Value::object({{"total_results", total}, {"best_effort_results", 0}})}})
          .text());
  return effects;
}

/// What a country's blocks of one type can do, or an empty object when it has none.
json::Value coverage_of(const Inventory& inventory, std::string_view country, NumberType type) {
  json::Value coverage = json::Value::object();
  for (const Block& block : inventory.blocks()) {
    if (block.country != country || block.type != type) continue;
    const bool american = block.calling_code == "1";
    json::Array features{"voice", "fax"};
    if (american || type == NumberType::Mobile) features.emplace_back("sms");
    if (american) features.emplace_back("mms");
    if (type == NumberType::Local) features.emplace_back("emergency");
    coverage.set("features", std::move(features));
    coverage.set("international_sms", american || type == NumberType::Mobile);
    coverage.set("p2p", type == NumberType::Mobile);
    coverage.set("quickship", american);
    coverage.set("reservable", type != NumberType::Mobile);
    break;
  }
  return coverage;
}

json::Value country_coverage(const Inventory& inventory, const std::string& country) {
  json::Value shown =
      json::Value::object({{"code", country}, {"numbers", true}, {"inventory_coverage", true}});
  json::Array types;
  json::Array features;
  bool quickship = false;
  bool international = false;
  for (const NumberType type :
       {NumberType::Local, NumberType::National, NumberType::Mobile, NumberType::TollFree}) {
    json::Value coverage = coverage_of(inventory, country, type);
    if (coverage.members().empty()) continue;
    types.emplace_back(to_string(type));
    if (features.empty()) features = coverage["features"].items();
    quickship = quickship || coverage["quickship"].boolean();
    international = international || coverage["international_sms"].boolean();
    shown.set(to_string(type), std::move(coverage));
  }
  shown.set("phone_number_type", std::move(types));
  shown.set("features", std::move(features));
  shown.set("quickship", quickship);
  shown.set("international_sms", international);
  shown.set("reservable", true);
  shown.set("p2p", shown.members().find("mobile") != nullptr);
  return shown;
}

std::vector<std::string> countries(const Inventory& inventory) {
  std::vector<std::string> found;
  for (const Block& block : inventory.blocks()) {
    if (found.empty() || found.back() != block.country) found.push_back(block.country);
  }
  return found;
}

Outcome list_countries(const Inventory& inventory) {
  json::Array data;
  for (const std::string& country : countries(inventory)) {
    data.push_back(country_coverage(inventory, country));
  }
  Effects effects;
  effects.reply = api::Reply::json(json::Value::object({{"data", std::move(data)}}).text());
  return effects;
}

Outcome show_country(const Inventory& inventory, std::string_view code) {
  for (const std::string& country : countries(inventory)) {
    if (country != code) continue;
    Effects effects;
    effects.reply = api::Reply::data(country_coverage(inventory, country));
    return effects;
  }
  return tl::unexpected(ApiError::not_found("The inventory has no numbers of this country."));
}

}  // namespace

void declare_search(api::Registry& registry, const Inventory& inventory,
                    const ledger::Rates& rates) {
  registry.bind(Op::ListAvailablePhoneNumbers,
                [&inventory, &rates](const Call& call, const store::Snapshot& snapshot) {
                  return search_numbers(inventory, rates, call, snapshot);
                });
  registry.bind(Op::RetreiveCountryCoverage, [&inventory](const Call&, const store::Snapshot&) {
    return list_countries(inventory);
  });
  registry.bind(Op::RetreiveSpecificCountryCoverage,
                [&inventory](const Call& call, const store::Snapshot&) {
                  return show_country(inventory, call.param("country_code"));
                });
}

}  // namespace tandem::products::numbers
