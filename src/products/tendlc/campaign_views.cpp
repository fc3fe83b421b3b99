#include <string>

#include <fmt/format.h>

#include "api/resource_engine.h"
#include "contract/operations.h"
#include "products/tendlc/registration.h"
#include "products/tendlc/tendlc.h"

// What can be asked about campaigns: costs and qualification before there is one, and what each
// operator makes of it afterwards.

namespace tandem::products::tendlc {
namespace {

using api::ApiError;
using api::Call;
using api::Effects;
using api::Outcome;
using contract::Op;

constexpr double kMonthsInQuarter = 3;
constexpr double kMonthsInYear = 12;
/// Network whose throughput follows from the brand's vetting instead of from the use case.
constexpr std::string_view kTierNetwork = "10035";

Outcome answer(const json::Value& body) {
  Effects effects;
  effects.reply = api::Reply::json(body.text());
  return effects;
}

Outcome show_cost(const Call& call, const store::Snapshot&) {
  const json::Value* usecase = find_usecase(call.query.get("usecase"));
  if (!usecase) {
    return tl::unexpected(
        ApiError::parameter("10032", "usecase", "There is no such use case: see /enum/usecase."));
  }
  return answer(json::Value::object(
      {{"campaignUsecase", (*usecase)["usecase"]},
       {"description", (*usecase)["description"]},
       {"monthlyCost", fmt::format("{:.2f}", (*usecase)["monthlyFee"].number())},
       {"upFrontCost", fmt::format("{:.2f}", (*usecase)["upFrontFee"].number())}}));
}

/// Brands whose identity nobody confirmed qualify for nothing.
Outcome qualify(const Call& call, const store::Snapshot& snapshot) {
  const auto row = api::find_own(snapshot, call.account, kBrands, call.param("brandId"));
  if (!row) return tl::unexpected(row.error());
  const json::Value* usecase = find_usecase(call.param("usecase"));
  if (!usecase) return tl::unexpected(ApiError::not_found("There is no such use case."));
  const json::Value brand = api::document_of(*row);
  const bool qualified =
      brand["status"].string() == "OK" && brand["identityStatus"].string() != "UNVERIFIED";
  const double monthly = (*usecase)["monthlyFee"].number();
  json::Value metadata = operator_metadata(*usecase);
  for (const auto& [id, name] : operators().members()) {
    metadata.member(id).set("qualify", qualified);
  }
  return answer(json::Value::object({{"usecase", (*usecase)["usecase"]},
                                     {"monthlyFee", monthly},
                                     {"quarterlyFee", monthly * kMonthsInQuarter},
                                     {"annualFee", monthly * kMonthsInYear},
                                     {"minSubUsecases", (*usecase)["minSubUsecases"]},
                                     {"maxSubUsecases", (*usecase)["maxSubUsecases"]},
                                     {"mnoMetadata", std::move(metadata)}}));
}

Result<json::Value, ApiError> find_campaign(const Call& call, const store::Snapshot& snapshot) {
  const auto row = api::find_own(snapshot, call.account, kCampaigns, call.param("campaignId"));
  if (!row) return tl::unexpected(row.error());
  return api::document_of(*row);
}

Outcome show_metadata(const Call& call, const store::Snapshot& snapshot) {
  const auto campaign = find_campaign(call, snapshot);
  if (!campaign) return tl::unexpected(campaign.error());
  const json::Value* usecase = find_usecase((*campaign)["usecase"].string());
  return answer(usecase ? operator_metadata(*usecase) : json::Value::object());
}

/// Where a campaign stands with the operators, all of which go along with one another here.
std::string_view operation_status(std::string_view campaign_status) {
  if (campaign_status == "MNO_PROVISIONED") return "REGISTERED";
  if (campaign_status == "MNO_ACCEPTED") return "APPROVED";
  if (campaign_status == "TCR_SUSPENDED" || campaign_status == "TCR_EXPIRED") return "SUSPENDED";
  const bool rejected = campaign_status.ends_with("FAILED") || campaign_status == "MNO_REJECTED";
  return rejected ? "REJECTED" : "REVIEW";
}

Outcome show_operation_status(const Call& call, const store::Snapshot& snapshot) {
  const auto campaign = find_campaign(call, snapshot);
  if (!campaign) return tl::unexpected(campaign.error());
  json::Value body = json::Value::object();
  for (const auto& [id, name] : operators().members()) {
    body.set(id, operation_status((*campaign)["campaignStatus"].string()));
  }
  return answer(body);
}

/// Message classes of AT&T and the like (messages a minute), brand tiers of T-Mobile (a day).
Outcome show_osr_attributes(const Call& call, const store::Snapshot& snapshot) {
  const auto campaign = find_campaign(call, snapshot);
  if (!campaign) return tl::unexpected(campaign.error());
  const auto row = snapshot.get(kBrands, (*campaign)["brandId"].string());
  const bool vetted = row && api::document_of(*row)["identityStatus"].string() == "VETTED_VERIFIED";
  json::Value body = json::Value::object();
  for (const auto& [id, name] : operators().members()) {
    if (id == kTierNetwork) {
      body.set(id, json::Value::object({{"brandTier", vetted ? "UPPER_MID" : "LOW"},
                                        {"brandDailyCap", vetted ? 40'000 : 2'000}}));
    } else {
      body.set(id, json::Value::object({{"msgClass", vetted ? "A" : "E"},
                                        {"tpm", vetted ? 4'500 : 240},
                                        {"tpmScope", "CAMPAIGN"}}));
    }
  }
  return answer(body);
}

/// Campaigns made here are shared upward with the provider that connects to the operators.
Outcome show_sharing(const Call& call, const store::Snapshot& snapshot) {
  const auto campaign = find_campaign(call, snapshot);
  if (!campaign) return tl::unexpected(campaign.error());
  const std::string_view status = (*campaign)["campaignStatus"].string();
  const bool accepted = status.starts_with("MNO_") || status == "TELNYX_ACCEPTED";
  const bool declined = status == "TELNYX_FAILED" || status == "TCR_FAILED";
  const json::Value sharing = json::Value::object(
      {{"downstreamCnpId", (*campaign)["cspId"]},
       {"upstreamCnpId", "STANDEM"},
       {"sharedDate", (*campaign)["createDate"]},
       {"sharingStatus", accepted ? "ACCEPTED" : (declined ? "DECLINED" : "PENDING")},
       {"statusDate", (*campaign)["createDate"]}});
  return answer(json::Value::object({{"sharedByMe", sharing}}));
}

}  // namespace

void declare_campaign_views(api::Registry& registry) {
  registry.bind(Op::GetCampaignCost, show_cost);
  registry.bind(Op::GetUsecaseQualification, qualify);
  registry.bind(Op::GetCampaignMnoMetadata, show_metadata);
  registry.bind(Op::GetCampaignOperationStatus, show_operation_status);
  registry.bind(Op::GetCampaignOsrAttributes, show_osr_attributes);
  registry.bind(Op::GetCampaignSharingStatus, show_sharing);
}

}  // namespace tandem::products::tendlc
