#include <algorithm>
#include <string>

#include "api/resource_engine.h"
#include "contract/operations.h"
#include "products/common/steps.h"
#include "products/tendlc/fees.h"
#include "products/tendlc/registration.h"
#include "products/tendlc/tendlc.h"

// Campaigns: what a brand sends to whom. Made here, reviewed in campaign_review.cpp.

namespace tandem::products::tendlc {
namespace {

using api::ApiError;
using api::Call;
using api::Draft;
using api::Effects;
using api::Outcome;
using api::refuse;
using contract::Op;

constexpr auto kBillingPeriod = std::chrono::hours(24 * 30);

Result<void, ApiError> check_usecase(const Call& call) {
  const json::Value* usecase = find_usecase(call.body["usecase"].string());
  if (!usecase) return refuse("10032", "There is no such use case: see /enum/usecase.", "/usecase");
  const json::View parts = call.body["subUsecases"];
  const auto count = static_cast<int64_t>(parts.size());
  if (count < (*usecase)["minSubUsecases"].integer() ||
      count > (*usecase)["maxSubUsecases"].integer()) {
    return refuse("10033",
                  "This use case has " + (*usecase)["minSubUsecases"].text() + " to " +
                      (*usecase)["maxSubUsecases"].text() + " sub use cases.",
                  "/subUsecases");
  }
  size_t index = 0;
  for (const json::View part : parts.items()) {
    const json::Value* found = find_usecase(part.string());
    const std::string pointer = "/subUsecases/" + std::to_string(index++);
    if (!found || !(*found)["validSubUsecase"].boolean()) {
      return refuse("10032", "This is no use case that can be part of another.", pointer);
    }
  }
  return {};
}

/// The campaign as the request describes it, before anybody has looked at it.
json::Value describe(const api::ResourceEngine& campaigns, const Call& call,
                     const json::Value& brand) {
  json::Value input(call.body);
  input.members().erase("mnoIds");
  input.members().erase("tag");
  input.set("cspId", brand["cspId"]);
  input.set("brandDisplayName", brand["displayName"]);
  input.set("vertical", brand["vertical"]);
  if (!brand["tcrBrandId"].is_null()) input.set("tcrBrandId", brand["tcrBrandId"]);
  input.set("mock", brand["mock"].boolean());
  input.set("status", "ACTIVE");
  input.set("campaignStatus", "TCR_PENDING");
  input.set("submissionStatus", "PENDING");
  input.set("createDate", to_iso8601(call.now));
  input.set("billedDate", to_iso8601(call.now));
  input.set("nextRenewalOrExpirationDate", to_iso8601(call.now + kBillingPeriod));
  for (const char* name :
       {"isTMobileRegistered", "isTMobileSuspended", "isTMobileNumberPoolingEnabled"}) {
    input.set(name, false);
  }
  if (input["subUsecases"].is_null()) input.set("subUsecases", json::Array());
  if (input["termsAndConditions"].is_null()) input.set("termsAndConditions", false);
  if (input["autoRenewal"].is_null()) input.set("autoRenewal", true);
  return campaigns.make({call.now, call.ids}, input);
}

void count_campaign(const api::Registry& registry, const store::Row& row, int change, WallTime now,
                    Effects& effects) {
  json::Value brand = api::document_of(row);
  brand.set("assignedCampaignsCount",
            std::max<int64_t>(brand["assignedCampaignsCount"].integer() + change, 0));
  registry.engine(kBrands)->put(row, brand, now, effects);
}

Outcome build(const api::Registry& registry, const ledger::Rates& rates, const Call& call,
              const store::Snapshot& snapshot) {
  const std::string_view brand_id = call.body["brandId"].string();
  const auto brand_row = api::find_own(snapshot, call.account, kBrands, brand_id);
  if (!brand_row) return refuse("10017", "Your account has no brand of this id.", "/brandId");
  const json::Value brand = api::document_of(*brand_row);
  if (brand["status"].string() == "REGISTRATION_FAILED") {
    return refuse("10015", "The registration of this brand failed.", "/brandId");
  }
  if (auto sound = check_usecase(call); !sound) return tl::unexpected(sound.error());
  const api::ResourceEngine* campaigns = registry.engine(kCampaigns);
  const json::Value campaign = describe(*campaigns, call, brand);
  Effects effects;
  campaigns->put_new(call.account.id, call.now, campaign, effects);
  count_campaign(registry, *brand_row, 1, call.now, effects);
  charge_campaign(rates, campaign, call.account.id, call.now, effects);
  effects.timers.push_back(document_timer(kReviewCampaign, campaign["campaignId"].string(),
                                          call.account.id, call.now + kDecisionTime));
  effects.reply = campaigns->reply(call, snapshot, campaign);
  return effects;
}

/// A deactivated campaign stays as a record: its numbers may no longer send under it.
Outcome deactivate(const api::Registry& registry, const Call& call,
                   const store::Snapshot& snapshot) {
  const api::ResourceEngine* campaigns = registry.engine(kCampaigns);
  const auto row = campaigns->find(call, snapshot, call.param("campaignId"));
  if (!row) return tl::unexpected(row.error());
  json::Value campaign = api::document_of(*row);
  Effects effects;
  if (campaign["status"].string() != "EXPIRED") {
    campaign.set("status", "EXPIRED");
    campaign.set("campaignStatus", "TCR_EXPIRED");
    campaign.set("isTMobileRegistered", false);
    campaigns->put(*row, campaign, call.now, effects);
    unsubscribe(campaign_key(row->id), effects);
    tell_campaign(campaign, call.account.id, {call.now, call.ids}, effects);
    const auto brand = snapshot.get(kBrands, campaign["brandId"].string());
    if (brand) count_campaign(registry, *brand, -1, call.now, effects);
  }
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(call.now.time_since_epoch()).count();
  effects.reply = api::Reply::json(json::Value::object({{"record_type", "10dlc_campaign"},
                                                        {"message", "The campaign is deactivated."},
                                                        {"time", static_cast<int64_t>(seconds)}})
                                       .text());
  return effects;
}

Outcome appeal(const api::Registry& registry, const Call& call, const store::Snapshot& snapshot) {
  const api::ResourceEngine* campaigns = registry.engine(kCampaigns);
  const auto row = campaigns->find(call, snapshot, call.param("campaignId"));
  if (!row) return tl::unexpected(row.error());
  json::Value campaign = api::document_of(*row);
  const std::string before(campaign["campaignStatus"].string());
  if (before != "TELNYX_FAILED" && before != "MNO_REJECTED") {
    return refuse("10015", "Only a campaign that was rejected can be appealed.");
  }
  campaign.set("campaignStatus", "TCR_ACCEPTED");
  campaign.set("_appeal_reason", call.body["appeal_reason"].string());
  campaign.members().erase("failureReasons");
  Effects effects;
  campaigns->put(*row, campaign, call.now, effects);
  effects.timers.push_back(
      document_timer(kReviewCampaign, row->id, call.account.id, call.now + kDecisionTime));
  tell_campaign(campaign, call.account.id, {call.now, call.ids}, effects);
  effects.reply = api::Reply::json(
      json::Value::object({{"appealed_at", to_iso8601(call.now)}, {"previous_status", before}})
          .text());
  return effects;
}

Result<void, ApiError> change_campaign(Draft& draft) {
  if (draft.document["status"].string() != "EXPIRED") return {};
  return refuse("10015", "A deactivated campaign can't be changed.");
}

void show_campaign(const Call& call, const store::Snapshot& snapshot, json::Value& campaign) {
  store::Query numbers;
  numbers.collection = kNumberCampaigns;
  numbers.account = call.account.id;
  numbers.where = {
      {"campaignId", store::Compare::Eq, {std::string(campaign["campaignId"].string())}}};
  campaign.set("assignedPhoneNumbersCount", snapshot.count(numbers));
}

}  // namespace

void declare_campaigns(api::Registry& registry, const ledger::Rates& rates) {
  using Function = Outcome (*)(const api::Registry&, const Call&, const store::Snapshot&);
  const auto bind = [&registry](Op op, Function function) {
    registry.bind(op, [&registry, function](const Call& call, const store::Snapshot& snapshot) {
      return function(registry, call, snapshot);
    });
  };
  registry.bind(Op::PostCampaign,
                [&registry, &rates](const Call& call, const store::Snapshot& snapshot) {
                  return build(registry, rates, call, snapshot);
                });
  bind(Op::DeactivateCampaign, deactivate);
  bind(Op::AppealCampaign, appeal);
  registry.resource({
      .path = "/campaign",
      .collection = std::string(kCampaigns),
      .id_field = "campaignId",
      .unique = {"referenceId"},
      .indexes = {{.path = "brandId"}, {.path = "tcrCampaignId", .everywhere = true}},
      .filters = {{"createdAt", "createDate"}},
      .on_update = change_campaign,
      .on_read = show_campaign,
  });
}

}  // namespace tandem::products::tendlc
