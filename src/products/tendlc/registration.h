#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "api/call.h"
#include "core/json.h"

/// What brands and campaigns have in common: collections, ids of the registry, webhooks.
namespace tandem::products::tendlc {

inline constexpr std::string_view kBrands = "tcr_brands";
inline constexpr std::string_view kCampaigns = "tcr_campaigns";
inline constexpr std::string_view kPartnerCampaigns = "partner_campaigns";
inline constexpr std::string_view kNumberCampaigns = "phone_number_campaigns";

inline constexpr std::string_view kReviewBrand = "tendlc.review_brand";
inline constexpr std::string_view kVetBrand = "tendlc.vet_brand";
inline constexpr std::string_view kReviewCampaign = "tendlc.review_campaign";
inline constexpr std::string_view kAssignNumber = "tendlc.assign_number";
inline constexpr std::string_view kAssignProfile = "tendlc.assign_profile";

/// How long the simulated registry and operators take for each decision.
inline constexpr auto kDecisionTime = std::chrono::seconds(10);

/// An id as the campaign registry gives them: `letter` and six capitals or digits.
std::string registry_id(char letter, Ids& ids);

/// Pushes a webhook with `payload` as its body to the URLs that the brand or campaign names in
/// webhookURL and webhookFailoverURL. `id` is what the order of webhooks is kept for.
void push_webhook(const json::Value& subject, std::string_view id, std::string_view account,
                  std::string_view type, const json::Value& payload, api::Moment moment,
                  api::Effects& effects);

/// Tells of a brand's change: `brand.update`.
void tell_brand(const json::Value& brand, std::string_view account, api::Moment moment,
                api::Effects& effects);
/// Tells of a campaign's change: `campaign.update`.
void tell_campaign(const json::Value& campaign, std::string_view account, api::Moment moment,
                   api::Effects& effects);

/// A use case as data/usecases.json describes it; null when there is none of that name.
const json::Value* find_usecase(std::string_view name);

/// The networks of the registry's operators, as /enum/mno names them: id -> name.
const json::Value& operators();

/// What the operators ask of a use case, by network id: mnoMetadata of the contract.
json::Value operator_metadata(const json::Value& usecase);

/// A page of the rows a query finds, in the style of 10DLC lists: page, records, totalRecords.
/// `page` and `recordsPerPage` come from the request.
struct PageAsked {
  int64_t number = 1;
  int64_t size = 10;
};
PageAsked asked_page(const api::Call& call, int64_t default_size);

}  // namespace tandem::products::tendlc
