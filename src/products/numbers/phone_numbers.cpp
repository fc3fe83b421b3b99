#include <algorithm>

#include "api/resource_engine.h"
#include "core/e164.h"
#include "products/common/connections.h"
#include "products/common/number_health.h"
#include "products/numbers/claims.h"
#include "products/numbers/emergency.h"
#include "products/numbers/holdings.h"
#include "products/numbers/numbers.h"
#include "products/numbers/prices.h"
#include "products/numbers/settings.h"

// What an account does with the numbers it has: assign them, tag them, set up voice and messaging,
// give them back.

namespace tandem::products::numbers {
namespace {

using api::ApiError;
using api::Call;
using api::Draft;
using api::Effects;
using api::Outcome;
using api::refuse;
using contract::Op;
using store::Compare;

/// A sibling document of the one that changes, with what it shows of it.
class Sibling {
 public:
  Sibling(Draft& draft, std::string_view collection) : draft_(draft), collection_(collection) {
    row_ = draft.snapshot.get(collection, draft.document["id"].string());
    if (row_) fields_ = api::document_of(*row_);
  }
  /// Null takes the member away.
  void set(std::string_view name, const json::Value& value) {
    if (value.is_null()) {
      if (fields_.is_object()) fields_.members().erase(name);
    } else {
      fields_.set(name, value);
    }
  }
  json::Value& fields() { return fields_; }
  void put() {
    if (!row_) return;
    draft_.effects.put(std::string(collection_), row_->id, row_->account, fields_, row_->revision);
  }

 private:
  Draft& draft_;
  std::string_view collection_;
  std::optional<store::Row> row_;
  json::Value fields_ = json::Value::object();
};

Result<void, ApiError> change_number(Draft& draft) {
  json::Value& number = draft.document;
  Sibling voice(draft, kVoiceSettings);
  mirror_number(draft.snapshot, draft.call.account, number, voice.fields());
  set_billing_group(draft.snapshot, number_key(number["id"].string()),
                    number["billing_group_id"].string(), draft.effects);
  voice.put();
  return {};
}

Result<void, ApiError> release_number(Draft& draft) {
  if (draft.document["status"].string() == "purchase-pending") {
    return refuse("10036", "The number is still being ordered.");
  }
  const std::string id(draft.document["id"].string());
  draft.document.set("status", "deleted");
  draft.effects.remove(std::string(kVoiceSettings), id);
  draft.effects.remove(std::string(kMessagingSettings), id);
  draft.effects.remove(std::string(kVoicemails), id);
  unsubscribe(number_key(id), draft.effects);
  unsubscribe(emergency_key(id), draft.effects);
  give_up(draft.document["phone_number"].string(), draft.effects);
  return {};
}

Result<void, ApiError> change_voice(Draft& draft) {
  const json::Value& voice = draft.document;
  const std::string_view target = voice.at_path("call_forwarding.forwards_to").string();
  if (!target.empty() && !is_e164(target)) {
    return refuse("10016", "Calls are forwarded to a number in +E.164 format.",
                  "/call_forwarding/forwards_to");
  }
  Sibling number(draft, kPhoneNumbers);
  mirror_voice(voice, number.fields());
  number.put();
  return {};
}

/// What the number cannot be set to: 40323, 40324.
Result<void, ApiError> check_messaging(const Draft& draft) {
  const json::Value& messaging = draft.document;
  const std::string_view product = draft.call.body["messaging_product"].string();
  const auto& eligible = messaging["eligible_messaging_products"].items();
  const auto is_product = [&](const json::Value& one) { return one.string() == product; };
  if (!product.empty() && std::none_of(eligible.begin(), eligible.end(), is_product)) {
    return refuse("40324",
                  "The number cannot have that product; see its eligible_messaging_products.",
                  "/messaging_product");
  }
  const bool wanted = !draft.call.body["messaging_profile_id"].string().empty();
  if (wanted && messaging["features"]["sms"].is_null()) {
    return refuse("40323", "The number cannot send or receive messages; see its features.",
                  "/messaging_profile_id");
  }
  return {};
}

/// Null keeps what was set before; an empty profile id unassigns the number.
Result<void, ApiError> change_messaging(Draft& draft) {
  if (auto ok = check_messaging(draft); !ok) return ok;
  json::Value& messaging = draft.document;
  for (const char* name : {"messaging_profile_id", "messaging_product"}) {
    const json::View asked = draft.call.body[name];
    if (asked.exists() && asked.is_null()) messaging.set(name, (*draft.before)[name]);
  }
  if (messaging["messaging_profile_id"].string().empty()) {
    messaging.set("messaging_profile_id", nullptr);
  }
  const std::string_view profile = messaging["messaging_profile_id"].string();
  const std::string name = messaging_profile_name(draft.snapshot, draft.call.account, profile);
  Sibling number(draft, kPhoneNumbers);
  number.set("messaging_profile_id", messaging["messaging_profile_id"]);
  number.set("messaging_profile_name", name.empty() ? json::Value() : json::Value(name));
  number.put();
  return {};
}

/// Filters whose values are not those of a member.
Result<void, ApiError> narrow_numbers(const Call& call, const store::Snapshot&,
                                      store::Query& query) {
  const auto asked = [&](std::string_view name) -> std::string {
    const store::Condition* condition = call.query.filter(name);
    if (!condition || condition->values.empty()) return {};
    const auto* text = std::get_if<std::string>(&condition->values.front());
    return text ? *text : std::string();
  };
  const std::string source = asked("source");
  if (!source.empty()) {
    const std::string stored = source == "ported" ? "port_request" : "number_order";
    query.where.push_back({"source_type", Compare::Eq, {stored}});
  }
  const std::string bundled = asked("has_bundle");
  if (!bundled.empty()) {
    const Compare compare = bundled == "true" ? Compare::NotNull : Compare::IsNull;
    query.where.push_back({"_bundle_id", compare, {}});
  }
  const std::string without_tags = asked("without_tags");
  if (!without_tags.empty()) {
    query.where.push_back({"_tagged", Compare::Eq, {without_tags != "true"}});
  }
  return {};
}

/// The slim list leaves out what costs a look elsewhere, unless it is asked for.
void slim_down(const Call& call, const store::Snapshot&, json::Value& number) {
  if (call.operation.op != Op::SlimListPhoneNumbers) return;
  json::Object& members = number.members();
  members.set("record_type", "phone_number_slim");
  members.erase("messaging_profile_id");
  members.erase("messaging_profile_name");
  members.erase("source_type");
  if (call.query.get("include_connection") != "true") members.erase("connection_name");
  if (call.query.get("include_tags") != "true") members.erase("tags");
}

Outcome list_slim(const api::ResourceEngine& numbers, const Call& call,
                  const store::Snapshot& snapshot) {
  auto query = numbers.list_query(call);
  if (!query) return tl::unexpected(std::move(query.error()));
  if (auto ok = narrow_numbers(call, snapshot, *query); !ok) return tl::unexpected(ok.error());
  Effects effects;
  effects.reply = numbers.list_reply(call, snapshot, *query);
  return effects;
}

Outcome list_of_profile(const api::ResourceEngine& messaging, const Call& call,
                        const store::Snapshot& snapshot) {
  const std::string profile(call.param("id"));
  if (auto row = api::find_own(snapshot, call.account, "messaging_profiles", profile); !row) {
    return tl::unexpected(std::move(row.error()));
  }
  auto query = messaging.list_query(call);
  if (!query) return tl::unexpected(std::move(query.error()));
  query->where.push_back({"messaging_profile_id", Compare::Eq, {profile}});
  Effects effects;
  effects.reply = messaging.list_reply(call, snapshot, *query);
  return effects;
}

void declare_numbers(api::Registry& registry) {
  registry.resource({
      .path = "/phone_numbers",
      .collection = std::string(kPhoneNumbers),
      .item_path = "/phone_numbers/{id}",
      .record_type = "phone_number",
      .id = api::IdKind::Number,
      .references = {connection_reference("connection_id"), {"billing_group_id", "billing_groups"}},
      .indexes = {{.path = "phone_number", .unique = true, .everywhere = true},
                  {.path = "connection_id"},
                  {.path = "_bundle_id"},
                  {.path = "_block_id"}},
      .filters = {{"tag", "tags"},
                  {"number_type", "phone_number_type"},
                  {"phone_number", "phone_number", Compare::Contains},
                  {"voice.connection_name", "connection_name"},
                  {"voice.usage_payment_method", "_usage_payment_method"},
                  {"usage_payment_method", "_usage_payment_method"},
                  {"source", ""},
                  {"has_bundle", ""},
                  {"without_tags", ""}},
      .on_update = change_number,
      .on_delete = release_number,
      .on_read = slim_down,
      .on_list = narrow_numbers,
  });
  const api::ResourceEngine* numbers = registry.engine(kPhoneNumbers);
  registry.bind(Op::SlimListPhoneNumbers,
                [numbers](const Call& call, const store::Snapshot& snapshot) {
                  return list_slim(*numbers, call, snapshot);
                });
}

/// How the number's messages arrive.
void show_health(const Call&, const store::Snapshot& snapshot, json::Value& settings) {
  const Health health = health_of(snapshot, settings["phone_number"].string());
  settings.set("health", json::Value::object({{"message_count", health.sent()},
                                              {"inbound_outbound_ratio", health.reply_ratio()},
                                              {"success_ratio", health.success_ratio()},
                                              {"spam_ratio", health.spam_ratio()}}));
}

void declare_settings(api::Registry& registry) {
  registry.resource({
      .path = "/phone_numbers/voice",
      .collection = std::string(kVoiceSettings),
      .item_path = "/phone_numbers/{id}/voice",
      .record_type = "voice_settings",
      .id = api::IdKind::Number,
      .filters = {{"connection_name", "_connection_name"},
                  {"purchased_at", "_purchased_at"},
                  {"phone_number", "phone_number", Compare::Contains},
                  {"voice.usage_payment_method", "usage_payment_method"}},
      .on_update = change_voice,
  });
  registry.resource({
      .path = "/phone_numbers/messaging",
      .collection = std::string(kMessagingSettings),
      .item_path = "/phone_numbers/{id}/messaging",
      .record_type = "messaging_settings",
      .id = api::IdKind::Number,
      .references = {{"messaging_profile_id", "messaging_profiles"}},
      .indexes = {{.path = "messaging_profile_id"}},
      .on_update = change_messaging,
      .on_read = show_health,
  });
  const api::ResourceEngine* messaging = registry.engine(kMessagingSettings);
  registry.bind(Op::ListProfilePhoneNumbers,
                [messaging](const Call& call, const store::Snapshot& snapshot) {
                  return list_of_profile(*messaging, call, snapshot);
                });
}

}  // namespace

void declare_phone_numbers(api::Registry& registry) {
  declare_numbers(registry);
  declare_settings(registry);
}

}  // namespace tandem::products::numbers
