#include "products/tendlc/number_campaigns.h"

#include "api/resource_engine.h"
#include "core/e164.h"
#include "products/common/steps.h"
#include "products/tendlc/registration.h"
#include "products/tendlc/tendlc.h"

// Which campaign a number sends for. An assignment is pending until the campaign is provisioned at
// the operators.

namespace tandem::products::tendlc {
namespace {

using api::ApiError;
using api::Draft;
using api::Effects;
using api::refuse;

std::string text_of(const json::Value& value) { return std::string(value.string()); }

Result<void, ApiError> assign(Draft& draft) {
  json::Value& assignment = draft.document;
  const std::string number(assignment["phoneNumber"].string());
  if (!is_e164(number)) {
    return refuse("10016", "A phone number is written in +E.164 form.", "/phoneNumber");
  }
  const auto campaign =
      find_assignable(draft.snapshot, draft.call.account.id, assignment["campaignId"].string());
  if (!campaign) return refuse("10017", "Your account has no campaign of this id.", "/campaignId");
  if (campaign->campaign_status == "TCR_EXPIRED") {
    return refuse("10015", "This campaign is deactivated.", "/campaignId");
  }
  assign_to(assignment, *campaign);
  const std::string key = draft.call.account.id + "/" + number;
  draft.effects.timers.push_back(
      document_timer(kAssignNumber, key, draft.call.account.id, draft.call.now + kDecisionTime));
  return {};
}

Result<void, ApiError> unassign(Draft& draft) {
  draft.document.set("assignmentStatus", "PENDING_UNASSIGNMENT");
  return {};
}

bool is_dead(std::string_view status) {
  return status.ends_with("FAILED") || status == "MNO_REJECTED" || status == "TCR_EXPIRED";
}

/// A number belongs to a campaign once the operators have taken that.
Effects decide(const api::Step& step, const store::Snapshot& snapshot) {
  Effects effects;
  auto assignment = step_document(step, snapshot, kNumberCampaigns);
  if (!assignment || assignment->fields["assignmentStatus"].string() != "PENDING_ASSIGNMENT") {
    return effects;
  }
  const auto campaign =
      find_assignable(snapshot, assignment->row.account, assignment->fields["campaignId"].string());
  const std::string status = campaign ? campaign->campaign_status : "TCR_EXPIRED";
  if (status == "MNO_PROVISIONED") {
    assign_to(assignment->fields, *campaign);
    assignment->fields.set("assignmentStatus", "ASSIGNED");
  } else if (is_dead(status)) {
    assignment->fields.set("assignmentStatus", "FAILED_ASSIGNMENT");
    assignment->fields.set("failureReasons", "The campaign is " + status + ".");
  } else {
    effects.timers.push_back(document_timer(kAssignNumber, assignment->row.id,
                                            assignment->row.account, step.now + kDecisionTime));
    return effects;
  }
  put_back(kNumberCampaigns, *assignment, step.now, effects);
  return effects;
}

}  // namespace

std::optional<Assignable> find_assignable(const store::Snapshot& snapshot, std::string_view account,
                                          std::string_view campaign_id) {
  auto row = snapshot.get(kCampaigns, campaign_id);
  if (row && row->account != account) row.reset();
  if (!row) row = snapshot.find(kCampaigns, account, "tcrCampaignId", campaign_id);
  if (row) {
    const json::Value campaign = api::document_of(*row);
    return Assignable{std::string(campaign_id),        row->id,
                      text_of(campaign["brandId"]),    text_of(campaign["tcrCampaignId"]),
                      text_of(campaign["tcrBrandId"]), text_of(campaign["campaignStatus"])};
  }
  const std::string key = std::string(account) + "/" + std::string(campaign_id);
  row = snapshot.get(kPartnerCampaigns, key);
  if (!row) return std::nullopt;
  const json::Value campaign = api::document_of(*row);
  return Assignable{std::string(campaign_id),
                    {},
                    {},
                    text_of(campaign["tcrCampaignId"]),
                    text_of(campaign["tcrBrandId"]),
                    text_of(campaign["campaignStatus"])};
}

void assign_to(json::Value& assignment, const Assignable& campaign) {
  assignment.set("assignmentStatus", "PENDING_ASSIGNMENT");
  assignment.members().erase("failureReasons");
  const auto set = [&assignment](const char* name, const std::string& value) {
    if (value.empty()) {
      assignment.members().erase(name);
    } else {
      assignment.set(name, value);
    }
  };
  set("campaignId", campaign.campaign_id);
  set("telnyxCampaignId", campaign.own_campaign_id);
  set("brandId", campaign.brand_id);
  set("tcrCampaignId", campaign.tcr_campaign_id);
  set("tcrBrandId", campaign.tcr_brand_id);
}

void declare_number_campaigns(api::Registry& registry) {
  registry.resource({
      .path = "/phone_number_campaigns",
      .collection = std::string(kNumberCampaigns),
      .id = api::IdKind::Field,
      .id_field = "phoneNumber",
      .indexes = {{.path = "campaignId"}, {.path = "tcrCampaignId"}, {.path = "telnyxCampaignId"}},
      .filters = {{"tcr_brand_id", "tcrBrandId"},
                  {"tcr_campaign_id", "tcrCampaignId"},
                  {"telnyx_brand_id", "brandId"},
                  {"telnyx_campaign_id", "telnyxCampaignId"}},
      .on_create = assign,
      .on_update = assign,
      .on_delete = unassign,
  });
  registry.workflow(std::string(kAssignNumber), decide);
}

}  // namespace tandem::products::tendlc
