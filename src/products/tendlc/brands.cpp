#include <algorithm>
#include <string>

#include "api/resource_engine.h"
#include "contract/operations.h"
#include "core/e164.h"
#include "products/common/steps.h"
#include "products/tendlc/fees.h"
#include "products/tendlc/registration.h"
#include "products/tendlc/tendlc.h"

// Brands: REGISTRATION_PENDING until the registry has compared them with tax records, then OK with
// an identity status, or REGISTRATION_FAILED.

namespace tandem::products::tendlc {
namespace {

using api::ApiError;
using api::Call;
using api::Draft;
using api::Effects;
using api::Outcome;
using api::refuse;
using contract::Op;

/// Tax ids that the sandbox's registry does not accept, or finds under another name.
constexpr std::string_view kFailingTaxId = "999999999";
constexpr std::string_view kUnverifiedTaxId = "888888888";
constexpr auto kBetweenRevets = std::chrono::hours(24 * 90);

std::string digits_of(std::string_view text) {
  std::string digits;
  std::copy_if(text.begin(), text.end(), std::back_inserter(digits),
               [](char c) { return c >= '0' && c <= '9'; });
  return digits;
}

Result<void, ApiError> check_brand(const json::Value& brand) {
  const std::string_view email = brand["email"].string();
  if (email.find('@') == std::string_view::npos) {
    return refuse("10015", "This is no e-mail address.", "/email");
  }
  const std::string_view country = brand["country"].string();
  const auto capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (country.size() != 2 || !std::all_of(country.begin(), country.end(), capital)) {
    return refuse("10015", "A country is written as two capital letters.", "/country");
  }
  for (const char* name : {"phone", "mobilePhone"}) {
    const std::string_view phone = brand[name].string();
    if (!phone.empty() && !is_e164(phone)) {
      return refuse("10016", "A phone number is written in +E.164 form.", std::string("/") + name);
    }
  }
  const bool listed = brand["entityType"].string() == "PUBLIC_PROFIT";
  for (const char* name : {"stockSymbol", "stockExchange"}) {
    if (listed && brand[name].string().empty()) {
      return refuse("10004", "A listed company tells where and as what it is listed.",
                    std::string("/") + name);
    }
  }
  return {};
}

void start_review(std::string_view id, std::string_view account, WallTime now, Effects& effects) {
  effects.timers.push_back(document_timer(kReviewBrand, id, account, now + kDecisionTime));
}

Result<void, ApiError> make_brand(Draft& draft, const ledger::Rates& rates) {
  json::Value& brand = draft.document;
  if (auto sound = check_brand(brand); !sound) return sound;
  brand.set("cspId", "STANDEM");
  const Item item = registration_item("brand_registration", brand["brandId"].string(),
                                      draft.call.account.id, brand["displayName"].string());
  charge_fee(rates, item, draft.call.now, draft.effects);
  start_review(brand["brandId"].string(), draft.call.account.id, draft.call.now, draft.effects);
  return {};
}

/// A brand that becomes somebody else has to be looked at again.
Result<void, ApiError> change_brand(Draft& draft) {
  json::Value& brand = draft.document;
  if (auto sound = check_brand(brand); !sound) return sound;
  if (const json::View other = draft.call.body["altBusiness_id"]; other.exists()) {
    brand.set("altBusinessId", other.string());
  }
  brand.members().erase("altBusiness_id");
  for (const char* name : {"ein", "companyName", "country", "entityType"}) {
    if (brand[name] == (*draft.before)[name]) continue;
    brand.set("status", "REGISTRATION_PENDING");
    start_review(brand["brandId"].string(), draft.call.account.id, draft.call.now, draft.effects);
    break;
  }
  return {};
}

Result<void, ApiError> delete_brand(Draft& draft) {
  store::Query campaigns;
  campaigns.collection = kCampaigns;
  campaigns.account = draft.call.account.id;
  campaigns.where = {
      {"brandId", store::Compare::Eq, {std::string(draft.document["brandId"].string())}},
      {"status", store::Compare::Eq, {std::string("ACTIVE")}}};
  if (draft.snapshot.count(campaigns) == 0) return {};
  return refuse("40332", "The brand has campaigns that are active.");
}

void show_brand(const Call&, const store::Snapshot&, json::Value& brand) {
  brand.set("assignedCampaingsCount", brand["assignedCampaignsCount"]);  // spelled so in lists
}

void judge(json::Value& brand) {
  const std::string tax_id = digits_of(brand["ein"].string());
  brand.members().erase("failureReasons");
  if (tax_id == kFailingTaxId) {
    brand.set("status", "REGISTRATION_FAILED");
    brand.set("failureReasons", "The tax id is not known to the tax authority.");
    brand.members().erase("identityStatus");
    return;
  }
  brand.set("status", "OK");
  if (tax_id == kUnverifiedTaxId) {
    brand.set("identityStatus", "UNVERIFIED");
  } else if (brand["identityStatus"].string() != "VETTED_VERIFIED") {
    brand.set("identityStatus", tax_id.empty() ? "SELF_DECLARED" : "VERIFIED");
  }
}

Effects review(const api::Step& step, const store::Snapshot& snapshot) {
  Effects effects;
  auto brand = step_document(step, snapshot, kBrands);
  if (!brand || brand->fields["status"].string() != "REGISTRATION_PENDING") return effects;
  judge(brand->fields);
  const bool registered = brand->fields["status"].string() == "OK";
  if (registered && brand->fields["tcrBrandId"].is_null()) {
    brand->fields.set("tcrBrandId", registry_id('B', step.ids));
    brand->fields.set("universalEin", "US_" + digits_of(brand->fields["ein"].string()));
  }
  put_back(kBrands, *brand, step.now, effects);
  tell_brand(brand->fields, brand->row.account, {step.now, step.ids}, effects);
  return effects;
}

Outcome revet(const api::Registry& registry, const Call& call, const store::Snapshot& snapshot) {
  const api::ResourceEngine* brands = registry.engine(kBrands);
  const auto row = brands->find(call, snapshot, call.param("brandId"));
  if (!row) return tl::unexpected(row.error());
  json::Value brand = api::document_of(*row);
  if (brand["status"].string() == "REGISTRATION_PENDING") {
    return refuse("10015", "The brand is being looked at.");
  }
  const auto last = parse_iso8601(brand["_revetted_at"].string());
  if (last && brand["status"].string() == "OK" && *last + kBetweenRevets > call.now) {
    return refuse("10015", "A brand is looked at again once every three months.");
  }
  Effects effects;
  brand.set("_revetted_at", to_iso8601(call.now));
  brand.set("status", "REGISTRATION_PENDING");
  brands->put(*row, brand, call.now, effects);
  start_review(row->id, call.account.id, call.now, effects);
  effects.reply = api::Reply::json(brands->shown(call, snapshot, brand).text());
  return effects;
}

/// The contact's e-mail address is confirmed by mail, which the sandbox does not send.
Outcome resend_email(const api::Registry& registry, const Call& call,
                     const store::Snapshot& snapshot) {
  const auto row = registry.engine(kBrands)->find(call, snapshot, call.param("brandId"));
  if (!row) return tl::unexpected(row.error());
  Effects effects;
  effects.reply = api::Reply::empty(call.operation.success_status());
  return effects;
}

json::Value tax_id_category() {
  return json::Value::object(
      {{"id", "TAX_ID"},
       {"displayName", "Tax Id"},
       {"description", "The tax id does not belong to a business of this name and address."},
       {"fields", json::Value::array({"companyName", "ein", "country", "street"})}});
}

Outcome show_feedback(const api::Registry& registry, const Call& call,
                      const store::Snapshot& snapshot) {
  const auto row = registry.engine(kBrands)->find(call, snapshot, call.param("brandId"));
  if (!row) return tl::unexpected(row.error());
  const json::Value brand = api::document_of(*row);
  json::Array categories;
  const bool failed = brand["status"].string() == "REGISTRATION_FAILED";
  if (failed || brand["identityStatus"].string() == "UNVERIFIED") {
    categories.push_back(tax_id_category());
  }
  json::Value feedback = json::Value::object({{"brandId", brand["brandId"]}});
  feedback.set("category", std::move(categories));
  Effects effects;
  effects.reply = api::Reply::json(feedback.text());
  return effects;
}

}  // namespace

void declare_brands(api::Registry& registry, const ledger::Rates& rates) {
  using Function = Outcome (*)(const api::Registry&, const Call&, const store::Snapshot&);
  const auto bind = [&registry](Op op, Function function) {
    registry.bind(op, [&registry, function](const Call& call, const store::Snapshot& snapshot) {
      return function(registry, call, snapshot);
    });
  };
  bind(Op::RevetBrand, revet);
  bind(Op::ResendBrand2faEmail, resend_email);
  bind(Op::GetBrandFeedbackById, show_feedback);
  registry.workflow(std::string(kReviewBrand), review);
  registry.resource({
      .path = "/brand",
      .collection = std::string(kBrands),
      .id_field = "brandId",
      .defaults = R"({"brandRelationship":"BASIC_ACCOUNT","status":"REGISTRATION_PENDING",
                      "assignedCampaignsCount":0})",
      .immutable = {"identityStatus"},
      .on_create = [&rates](Draft& draft) { return make_brand(draft, rates); },
      .on_update = change_brand,
      .on_delete = delete_brand,
      .on_read = show_brand,
  });
}

}  // namespace tandem::products::tendlc
