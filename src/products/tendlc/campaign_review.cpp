#include <array>
#include <string>

#include "products/common/steps.h"
#include "products/tendlc/registration.h"
#include "products/tendlc/tendlc.h"

// The way of a campaign through registry, provider and operators, one decision at a time.

namespace tandem::products::tendlc {
namespace {

using api::Effects;

/// The states of a campaign that nobody rejects, in their order.
constexpr std::array<std::string_view, 6> kWay = {"TCR_PENDING", "TCR_ACCEPTED", "TELNYX_ACCEPTED",
                                                  "MNO_PENDING", "MNO_ACCEPTED", "MNO_PROVISIONED"};
/// Words in a description with which the sandbox's reviewers reject it. An appeal convinces them.
constexpr std::string_view kRejectByProvider = "REJECT_TELNYX";
constexpr std::string_view kRejectByOperators = "REJECT_MNO";

std::string_view next_status(std::string_view status) {
  for (size_t i = 0; i + 1 < kWay.size(); ++i) {
    if (kWay[i] == status) return kWay[i + 1];
  }
  return {};
}

bool rejected_for(const json::Value& campaign, std::string_view word) {
  return campaign["_appeal_reason"].is_null() &&
         campaign["description"].string().find(word) != std::string_view::npos;
}

void reject(json::Value& campaign, std::string_view status, std::string_view reason) {
  campaign.set("campaignStatus", status);
  campaign.set("failureReasons", reason);
}

/// The registry accepts campaigns of brands whose identity is known.
void register_campaign(json::Value& campaign, const json::Value& brand, Ids& ids) {
  const bool known =
      brand["status"].string() == "OK" && brand["identityStatus"].string() != "UNVERIFIED";
  if (!known) {
    reject(campaign, "TCR_FAILED", "The identity of the brand is not verified.");
    campaign.set("submissionStatus", "FAILED");
    return;
  }
  campaign.set("campaignStatus", "TCR_ACCEPTED");
  campaign.set("submissionStatus", "CREATED");
  campaign.set("tcrBrandId", brand["tcrBrandId"]);
  campaign.set("tcrCampaignId", registry_id('C', ids));
}

void advance(json::Value& campaign, std::string_view next) {
  if (next == "TELNYX_ACCEPTED" && rejected_for(campaign, kRejectByProvider)) {
    return reject(campaign, "TELNYX_FAILED", "The description does not say who gets what and why.");
  }
  if (next == "MNO_ACCEPTED" && rejected_for(campaign, kRejectByOperators)) {
    return reject(campaign, "MNO_REJECTED", "The operators do not take this content.");
  }
  campaign.set("campaignStatus", next);
  if (next == "MNO_PROVISIONED") campaign.set("isTMobileRegistered", true);
}

Effects review(const api::Step& step, const store::Snapshot& snapshot) {
  Effects effects;
  auto campaign = step_document(step, snapshot, kCampaigns);
  if (!campaign || campaign->fields["status"].string() != "ACTIVE") return effects;
  const auto again = [&] {
    effects.timers.push_back(document_timer(kReviewCampaign, campaign->row.id,
                                            campaign->row.account, step.now + kDecisionTime));
  };
  const std::string_view next = next_status(campaign->fields["campaignStatus"].string());
  if (next.empty()) return effects;  // at its end, or rejected
  if (next == "TCR_ACCEPTED") {
    const auto row = snapshot.get(kBrands, campaign->fields["brandId"].string());
    const json::Value brand = row ? api::document_of(*row) : json::Value::object();
    if (brand["status"].string() == "REGISTRATION_PENDING") {
      again();
      return effects;
    }
    register_campaign(campaign->fields, brand, step.ids);
  } else {
    advance(campaign->fields, next);
  }
  if (!next_status(campaign->fields["campaignStatus"].string()).empty()) again();
  put_back(kCampaigns, *campaign, step.now, effects);
  tell_campaign(campaign->fields, campaign->row.account, {step.now, step.ids}, effects);
  return effects;
}

}  // namespace

void declare_campaign_review(api::Registry& registry) {
  registry.workflow(std::string(kReviewCampaign), review);
}

}  // namespace tandem::products::tendlc
