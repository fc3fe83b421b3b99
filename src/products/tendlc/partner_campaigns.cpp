#include <string>

#include "api/resource_engine.h"
#include "contract/operations.h"
#include "products/tendlc/registration.h"
#include "products/tendlc/tendlc.h"

// Campaigns that were registered elsewhere and are shared with the account. In the sandbox there is
// a partner behind every campaign id of the registry's form: accepting it brings the campaign in.

namespace tandem::products::tendlc {
namespace {

using api::Call;
using api::Effects;
using api::Outcome;
using api::refuse;
using contract::Op;

Outcome accept(const api::Registry& registry, const Call& call, const store::Snapshot& snapshot) {
  const std::string id(call.param("campaignId"));
  const api::ResourceEngine* partners = registry.engine(kPartnerCampaigns);
  Effects effects;
  effects.reply = api::Reply::json("{}");
  if (partners->find(call, snapshot, id)) return effects;  // accepted before
  if (snapshot.find(kCampaigns, std::nullopt, "tcrCampaignId", id)) {
    return refuse("10015", "This campaign was registered here: nobody shares it.");
  }
  const json::Value campaign = partners->make(
      {call.now, call.ids},
      json::Value::object({{"tcrCampaignId", id},
                           {"tcrBrandId", "B" + id.substr(1)},
                           {"brandDisplayName", "Partner " + id},
                           {"campaignStatus", "MNO_PROVISIONED"},
                           {"description", "Account notifications of a partner's customers"},
                           {"usecase", "ACCOUNT_NOTIFICATION"},
                           {"subUsecases", json::Array()},
                           {"sample1", "Your invoice is ready."},
                           {"subscriberOptin", true},
                           {"subscriberOptout", true},
                           {"termsAndConditions", true},
                           {"numberPool", false},
                           {"isNumberPoolingEnabled", false}}));
  partners->put_new(call.account.id, call.now, campaign, effects);
  return effects;
}

void show_partner_campaign(const Call& call, const store::Snapshot& snapshot,
                           json::Value& campaign) {
  store::Query numbers;
  numbers.collection = kNumberCampaigns;
  numbers.account = call.account.id;
  numbers.where = {
      {"tcrCampaignId", store::Compare::Eq, {std::string(campaign["tcrCampaignId"].string())}}};
  campaign.set("assignedPhoneNumbersCount", snapshot.count(numbers));
}

/// Own campaigns that went up to the provider.
Outcome list_shared(const Call& call, const store::Snapshot& snapshot) {
  const PageAsked asked = asked_page(call, 10);
  store::Query query;
  query.collection = kCampaigns;
  query.account = call.account.id;
  query.where = {{"tcrCampaignId", store::Compare::NotNull, {}}};
  query.limit = asked.size;
  query.offset = (asked.number - 1) * asked.size;
  query.total = true;
  const store::Page page = snapshot.list(query);
  json::Array records;
  for (const store::Row& row : page.rows) {
    const json::Value campaign = api::document_of(row);
    records.push_back(json::Value::object({{"campaignId", campaign["tcrCampaignId"]},
                                           {"brandId", campaign["tcrBrandId"]},
                                           {"usecase", campaign["usecase"]},
                                           {"status", campaign["status"]},
                                           {"createDate", campaign["createDate"]}}));
  }
  json::Value body = json::Value::object({{"page", asked.number}, {"totalRecords", page.total}});
  body.set("records", std::move(records));
  Effects effects;
  effects.reply = api::Reply::json(body.text());
  return effects;
}

/// With whom a partner's campaign, or an own one by its id at the registry, is shared.
Outcome show_sharing(const api::Registry& registry, const Call& call,
                     const store::Snapshot& snapshot) {
  const std::string_view id = call.param("campaignId");
  const auto partner = registry.engine(kPartnerCampaigns)->find(call, snapshot, id);
  const auto own = snapshot.find(kCampaigns, call.account.id, "tcrCampaignId", id);
  if (!partner && !own) return tl::unexpected(partner.error());
  const json::Value campaign = api::document_of(partner ? *partner : *own);
  const json::Value& date = campaign[partner ? "createdAt" : "createDate"];
  json::Value body = json::Value::object();
  body.set("STANDEM", json::Value::object({{"status", "ACCEPTED"}, {"sharedDate", date}}));
  Effects effects;
  effects.reply = api::Reply::json(body.text());
  return effects;
}

}  // namespace

void declare_partner_campaigns(api::Registry& registry) {
  registry.bind(Op::AcceptCampaign, [&registry](const Call& call, const store::Snapshot& snapshot) {
    return accept(registry, call, snapshot);
  });
  registry.bind(Op::GetPartnerCampaignsSharedByUser, list_shared);
  registry.bind(Op::GetPartnerCampaignSharingStatus,
                [&registry](const Call& call, const store::Snapshot& snapshot) {
                  return show_sharing(registry, call, snapshot);
                });
  registry.resource({
      .path = "/partner_campaigns",
      .collection = std::string(kPartnerCampaigns),
      .id = api::IdKind::Field,
      .id_field = "tcrCampaignId",
      .on_read = show_partner_campaign,
  });
}

}  // namespace tandem::products::tendlc
