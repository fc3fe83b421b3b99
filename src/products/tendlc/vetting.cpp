#include <string>

#include "api/resource_engine.h"
#include "contract/operations.h"
#include "products/common/steps.h"
#include "products/tendlc/fees.h"
#include "products/tendlc/registration.h"
#include "products/tendlc/tendlc.h"

// Vetting of a brand by an outside provider: ordered here, or imported when the provider did it
// already. Records are kept with the brand.

namespace tandem::products::tendlc {
namespace {

using api::ApiError;
using api::Call;
using api::Effects;
using api::Outcome;
using api::refuse;
using contract::Op;

constexpr std::string_view kRecords = "_vettings";
constexpr size_t kMostRecords = 50;  // of one brand
constexpr int kLowestScore = 50;
constexpr int kScores = 50;

bool is_provider(std::string_view id) { return id == "AEGIS" || id == "CV" || id == "WMC"; }
bool is_class(std::string_view name) {
  return name == "STANDARD" || name == "ENHANCED" || name == "POLITICAL";
}

/// The same brand is given the same score every time.
int score_of(std::string_view vetting_id) {
  return kLowestScore + static_cast<int>(std::hash<std::string_view>()(vetting_id) % kScores);
}

Result<store::Row, ApiError> find_brand(const api::Registry& registry, const Call& call,
                                        const store::Snapshot& snapshot) {
  return registry.engine(kBrands)->find(call, snapshot, call.param("brandId"));
}

json::Array records_of(const json::Value& brand) {
  return brand[kRecords].is_array() ? brand[kRecords].items() : json::Array();
}

Result<json::Value, ApiError> open_brand(const store::Row& row, const Call& call) {
  if (!is_provider(call.body["evpId"].string())) {
    return refuse("10032", "Providers are AEGIS, CV and WMC.", "/evpId");
  }
  json::Value brand = api::document_of(row);
  if (brand["status"].string() != "OK") {
    return refuse("10015", "Only a registered brand can be vetted.");
  }
  if (records_of(brand).size() >= kMostRecords) {
    return refuse("10027", "A brand has at most 50 vetting records.");
  }
  return brand;
}

Outcome keep(const api::Registry& registry, const Call& call, const store::Row& row,
             json::Value brand, const json::Value& record, Effects effects) {
  json::Array records = records_of(brand);
  records.push_back(record);
  brand.set(kRecords, std::move(records));
  registry.engine(kBrands)->put(row, brand, call.now, effects);
  effects.reply = api::Reply::json(record.text());
  return effects;
}

Outcome list(const api::Registry& registry, const Call& call, const store::Snapshot& snapshot) {
  const auto row = find_brand(registry, call, snapshot);
  if (!row) return tl::unexpected(row.error());
  Effects effects;
  effects.reply = api::Reply::json(json::Value(records_of(api::document_of(*row))).text());
  return effects;
}

Outcome order(const api::Registry& registry, const ledger::Rates& rates, const Call& call,
              const store::Snapshot& snapshot) {
  const auto row = find_brand(registry, call, snapshot);
  if (!row) return tl::unexpected(row.error());
  auto brand = open_brand(*row, call);
  if (!brand) return tl::unexpected(std::move(brand.error()));
  if (!is_class(call.body["vettingClass"].string())) {
    return refuse("10032", "Classes are STANDARD, ENHANCED and POLITICAL.", "/vettingClass");
  }
  const json::Value record =
      json::Value::object({{"evpId", call.body["evpId"].string()},
                           {"vettingClass", call.body["vettingClass"].string()},
                           {"vettingId", call.ids.uuid()},
                           {"createDate", to_iso8601(call.now)}});
  Effects effects;
  const Item item = registration_item("brand_vetting", record["vettingId"].string(),
                                      call.account.id, (*brand)["displayName"].string());
  charge_fee(rates, item, call.now, effects);
  effects.timers.push_back(
      document_timer(kVetBrand, row->id, call.account.id, call.now + kDecisionTime));
  return keep(registry, call, *row, std::move(*brand), record, std::move(effects));
}

Outcome import(const api::Registry& registry, const Call& call, const store::Snapshot& snapshot) {
  const auto row = find_brand(registry, call, snapshot);
  if (!row) return tl::unexpected(row.error());
  auto brand = open_brand(*row, call);
  if (!brand) return tl::unexpected(std::move(brand.error()));
  const std::string_view id = call.body["vettingId"].string();
  const std::string now = to_iso8601(call.now);
  json::Value record = json::Value::object({{"evpId", call.body["evpId"].string()},
                                            {"vettingClass", "STANDARD"},
                                            {"vettingId", id},
                                            {"vettingScore", score_of(id)},
                                            {"createDate", now},
                                            {"vettedDate", now}});
  if (call.body["vettingToken"].is_string()) {
    record.set("vettingToken", call.body["vettingToken"].string());
  }
  brand->set("identityStatus", "VETTED_VERIFIED");
  return keep(registry, call, *row, std::move(*brand), record, {});
}

Effects vet(const api::Step& step, const store::Snapshot& snapshot) {
  Effects effects;
  auto brand = step_document(step, snapshot, kBrands);
  if (!brand) return effects;
  json::Array records = records_of(brand->fields);
  for (json::Value& record : records) {
    if (!record["vettedDate"].is_null()) continue;
    record.set("vettedDate", to_iso8601(step.now));
    record.set("vettingScore", score_of(record["vettingId"].string()));
  }
  brand->fields.set(kRecords, std::move(records));
  brand->fields.set("identityStatus", "VETTED_VERIFIED");
  put_back(kBrands, *brand, step.now, effects);
  tell_brand(brand->fields, brand->row.account, {step.now, step.ids}, effects);
  return effects;
}

}  // namespace

void declare_vetting(api::Registry& registry, const ledger::Rates& rates) {
  using Function = Outcome (*)(const api::Registry&, const Call&, const store::Snapshot&);
  const auto bind = [&registry](Op op, Function function) {
    registry.bind(op, [&registry, function](const Call& call, const store::Snapshot& snapshot) {
      return function(registry, call, snapshot);
    });
  };
  bind(Op::ListExternalVettings, list);
  registry.bind(Op::PostOrderExternalVetting,
                [&registry, &rates](const Call& call, const store::Snapshot& snapshot) {
                  return order(registry, rates, call, snapshot);
                });
  bind(Op::PutExternalVettingRecord, import);
  registry.workflow(std::string(kVetBrand), vet);
}

}  // namespace tandem::products::tendlc
