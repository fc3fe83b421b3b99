#include "products/tendlc/registration.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "core/assert.h"
#include "products/common/data_file.h"

namespace tandem::products::tendlc {
namespace {

constexpr size_t kRegistryIdSize = 6;
constexpr int64_t kMostRecords = 500;  // a page
constexpr int64_t kMostPages = 1'000'000;

json::Value read_data(std::string_view name) {
  auto value = json::Value::parse(data_file(name));
  TANDEM_ASSERT(value.has_value());  // built into the program
  return std::move(*value);
}

int64_t number_of(const api::Call& call, std::string_view name, int64_t fallback) {
  const std::string_view text = call.query.get(name);
  int64_t value = fallback;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return std::max<int64_t>(value, 1);
}

}  // namespace

std::string registry_id(char letter, Ids& ids) {
  std::string id = letter + ids.token(kRegistryIdSize);
  for (char& c : id) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return id;
}

void push_webhook(const json::Value& subject, std::string_view id, std::string_view account,
                  std::string_view type, const json::Value& payload, api::Moment moment,
                  api::Effects& effects) {
  events::Event event;
  event.id = moment.ids.uuid();
  event.account = account;
  event.type = type;
  event.subject = id;
  event.payload = payload.text();
  event.occurred_at = moment.now;
  event.target.url = subject["webhookURL"].string();
  event.target.failover_url = subject["webhookFailoverURL"].string();
  event.target.shape = events::Target::Shape::Raw;
  effects.events.push_back(std::move(event));
}

void tell_brand(const json::Value& brand, std::string_view account, api::Moment moment,
                api::Effects& effects) {
  json::Value payload = json::Value::object();
  for (const char* name : {"brandId", "tcrBrandId", "status", "identityStatus", "failureReasons"}) {
    if (!brand[name].is_null()) payload.set(name, brand[name]);
  }
  push_webhook(brand, brand["brandId"].string(), account, "brand.update", payload, moment, effects);
}

void tell_campaign(const json::Value& campaign, std::string_view account, api::Moment moment,
                   api::Effects& effects) {
  json::Value payload = json::Value::object();
  for (const char* name : {"brandId", "campaignId", "tcrCampaignId", "createDate", "cspId",
                           "isTMobileRegistered", "campaignStatus", "failureReasons"}) {
    if (!campaign[name].is_null()) payload.set(name, campaign[name]);
  }
  push_webhook(campaign, campaign["campaignId"].string(), account, "campaign.update", payload,
               moment, effects);
}

const json::Value* find_usecase(std::string_view name) {
  static const json::Value kUsecases = read_data("tendlc/data/usecases.json");
  for (const json::Value& usecase : kUsecases.items()) {
    if (usecase["usecase"].string() == name) return &usecase;
  }
  return nullptr;
}

const json::Value& operators() {
  static const json::Value kEnums = read_data("tendlc/data/enums.json");
  return kEnums["mno"];
}

json::Value operator_metadata(const json::Value& usecase) {
  json::Value metadata = json::Value::object();
  const bool special = usecase["classification"].string() == "SPECIAL";
  for (const auto& [id, name] : operators().members()) {
    metadata.set(id, json::Value::object({{"mno", name},
                                          {"qualify", true},
                                          {"mnoReview", special},
                                          {"mnoSupport", true},
                                          {"minMsgSamples", usecase["minMsgSamples"]},
                                          {"noEmbeddedLink", false},
                                          {"noEmbeddedPhone", false},
                                          {"reqSubscriberHelp", true},
                                          {"reqSubscriberOptin", true},
                                          {"reqSubscriberOptout", true}}));
  }
  return metadata;
}

PageAsked asked_page(const api::Call& call, int64_t default_size) {
  return {std::min(number_of(call, "page", 1), kMostPages),
          std::min(number_of(call, "recordsPerPage", default_size), kMostRecords)};
}

}  // namespace tandem::products::tendlc
