#include <algorithm>
#include <array>
#include <cctype>
#include <set>
#include <string>

#include <fmt/format.h>

#include "core/e164.h"
#include "products/common/connections.h"
#include "products/common/document_links.h"
#include "products/common/number_ports.h"
#include "products/common/owned_numbers.h"
#include "products/porting/bind.h"
#include "products/porting/events.h"
#include "products/porting/identity_checks.h"
#include "products/porting/order_requirements.h"
#include "products/porting/porting.h"

// Orders as documents: made from a list of numbers (one order a kind of number), filled in while
// they are drafts, corrected after an exception.

namespace tandem::products::porting {
namespace {

using api::ApiError;
using api::Call;
using api::Draft;
using api::Effects;
using api::Outcome;
using api::refuse;
using contract::Op;
using store::Compare;

constexpr size_t kMostNumbers = 1'000;  // of one request
constexpr size_t kSupportKeySize = 6;

struct Line {
  std::string phone_number;
  PortableNumber number;
};

/// Numbers of one country and type: an order of their own.
struct Group {
  std::string country;
  std::string type;
  std::vector<Line> lines;
};

Group& group_of(std::vector<Group>& groups, const PortableNumber& number) {
  for (Group& group : groups) {
    if (group.country == number.country && group.type == number.type) return group;
  }
  groups.push_back({number.country, number.type, {}});
  return groups.back();
}

/// Whether an order that is not at its end has the number already.
bool in_an_order(const store::Snapshot& snapshot, const std::string& account,
                 const std::string& number) {
  store::Query query;
  query.collection = kOrderNumbers;
  query.account = account;
  query.where = {{"phone_number", Compare::Eq, {number}},
                 {"porting_order_status",
                  Compare::In,
                  {std::string("draft"), std::string("in-process"), std::string("submitted"),
                   std::string("exception"), std::string("foc-date-confirmed"),
                   std::string("cancel-pending")}}};
  return snapshot.count(query) > 0;
}

Result<Line, ApiError> read_line(const numbers::Inventory& inventory, const Call& call,
                                 const store::Snapshot& snapshot, const std::string& text,
                                 const std::string& pointer) {
  if (!is_e164(text)) return refuse("10016", "A number in +E.164 format is needed.", pointer);
  auto number = look_up_portable(inventory, snapshot, text);
  if (!number) return refuse("10015", fmt::format("{} can't be ported.", text), pointer);
  if (number->owner == call.account.id) {
    return refuse("10015", fmt::format("Your account has {} already.", text), pointer);
  }
  if (in_an_order(snapshot, call.account.id, text)) {
    return refuse("10012", fmt::format("{} is in a porting order already.", text), pointer);
  }
  return Line{text, std::move(*number)};
}

Result<std::vector<Group>, ApiError> read_groups(const numbers::Inventory& inventory,
                                                 const Call& call,
                                                 const store::Snapshot& snapshot) {
  const json::View asked = call.body["phone_numbers"];
  if (asked.size() == 0 || asked.size() > kMostNumbers) {
    return refuse("10015", fmt::format("An order names 1 to {} numbers.", kMostNumbers),
                  "/phone_numbers");
  }
  std::vector<Group> groups;
  std::set<std::string, std::less<>> seen;
  size_t index = 0;
  for (const json::View item : asked.items()) {
    const std::string pointer = fmt::format("/phone_numbers/{}", index++);
    const std::string text(item.string());
    if (!seen.insert(text).second) {
      return refuse("10012", "The order has this number twice.", pointer);
    }
    auto line = read_line(inventory, call, snapshot, text, pointer);
    if (!line) return tl::unexpected(std::move(line.error()));
    group_of(groups, line->number).lines.push_back(std::move(*line));
  }
  return groups;
}

/// Numbers of North America can move within the hour that the customer names.
bool moves_fast(const Group& group) {
  return (group.country == "US" || group.country == "CA") && group.type == "local";
}

std::string support_key(Ids& ids) {
  std::string key = ids.token(kSupportKeySize);
  for (char& c : key) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return "sr_" + key;
}

json::Value order_input(const Call& call, const Group& group) {
  const bool messaging = std::any_of(group.lines.begin(), group.lines.end(),
                                     [](const Line& line) { return line.number.messaging; });
  json::Array texts;
  std::string text;  // all of them, to be searched for a part of one
  for (const Line& line : group.lines) {
    texts.emplace_back(line.phone_number);
    text.append(line.phone_number).push_back(' ');
  }
  json::Value order = json::Value::object(
      {{"phone_number_type", group.type},
       {"porting_phone_numbers_count", static_cast<int64_t>(group.lines.size())},
       {"description",
        fmt::format("{} {} number(s) of {}", group.lines.size(), group.type, group.country)},
       {"support_key", support_key(call.ids)},
       {"user_id", call.account.id},
       {"_country", group.country},
       {"_portability_status", "confirmed"},
       {"_phone_number_text", text},
       {"_answers", json::Value::object()}});
  order.set("_phone_numbers", std::move(texts));
  order.set("status", json::Value::object({{"value", "draft"}, {"details", json::Value::array()}}));
  order.set("activation_settings",
            json::Value::object(
                {{"activation_status", "New"}, {"fast_port_eligible", moves_fast(group)}}));
  order.set("end_user", json::Value::object({{"admin", json::Value::object()},
                                             {"location", json::Value::object()}}));
  order.set("documents", json::Value::object());
  order.set("misc", json::Value::object({{"type", "full"}}));
  order.set("messaging", json::Value::object({{"enable_messaging", false},
                                              {"messaging_capable", messaging},
                                              {"messaging_port_completed", false},
                                              {"messaging_port_status", "not_applicable"}}));
  order.set("phone_number_configuration", json::Value::object({{"tags", json::Value::array()}}));
  order.set("additional_steps", group.country == "GB"
                                    ? json::Value::array({"associated_phone_numbers"})
                                    : json::Value::array());
  const json::View reference = call.body["customer_reference"];
  if (reference.is_string()) order.set("customer_reference", reference.string());
  return order;
}

void put_numbers(const Call& call, const json::Value& order, const Group& group, Effects& effects) {
  for (const Line& line : group.lines) {
    const std::string id = call.ids.uuid();
    effects.put(std::string(kOrderNumbers), id, call.account.id,
                json::Value::object({{"id", id},
                                     {"record_type", "porting_phone_number"},
                                     {"phone_number", line.phone_number},
                                     {"phone_number_type", group.type},
                                     {"portability_status", "confirmed"},
                                     {"activation_status", "New"},
                                     {"requirements_status", "requirement-info-pending"},
                                     {"porting_order_id", order["id"]},
                                     {"porting_order_status", "draft"},
                                     {"support_key", order["support_key"]}}),
                store::kNew, call.now);
  }
}

Outcome create(const api::Registry& registry, const numbers::Inventory& inventory, const Call& call,
               const store::Snapshot& snapshot) {
  auto groups = read_groups(inventory, call, snapshot);
  if (!groups) return tl::unexpected(std::move(groups.error()));
  const api::ResourceEngine* orders = registry.engine(kOrders);
  Effects effects;
  json::Array made;
  std::string first_key;
  for (const Group& group : *groups) {
    json::Value input = order_input(call, group);
    if (first_key.empty()) first_key = input["support_key"].string();
    if (made.size() > 0) input.set("parent_support_key", first_key);
    json::Value order = orders->make({call.now, call.ids}, input);
    update_requirements(snapshot, order);
    orders->put_new(call.account.id, call.now, order, effects);
    put_numbers(call, order, group, effects);
    ask_identity(snapshot, order, call.account.id, {call.now, call.ids}, effects);
    made.push_back(std::move(order));
  }
  effects.reply = reply_all(*orders, call, snapshot, made);
  return effects;
}

bool may_change(const json::Value& order) {
  const std::string_view status = order.at_path("status.value").string();
  return status == "draft" || status == "exception";
}

/// The members that stay open until the numbers have moved.
constexpr std::array<std::string_view, 4> kAlwaysOpen = {"customer_reference", "user_feedback",
                                                         "webhook_url", "messaging"};

Result<void, ApiError> check_moment(const Draft& draft) {
  const json::View asked = draft.call.body.at_path("activation_settings.foc_datetime_requested");
  if (!asked.is_string()) return {};
  const auto moment = parse_iso8601(asked.string());
  if (moment && *moment > draft.call.now) return {};
  return refuse("10015", "Numbers move in the future.",
                "/activation_settings/foc_datetime_requested");
}

void relink_documents(Draft& draft) {
  const std::string_view account = draft.call.account.id;
  const std::string_view id = draft.document["id"].string();
  unlink_documents(draft.snapshot, account, id, draft.effects);
  for (const char* name : {"loa", "invoice"}) {
    const std::string_view document = draft.document["documents"][name].string();
    if (document.empty()) continue;
    link_document({draft.call.now, draft.call.ids}, account, document, "porting_order", id,
                  draft.effects);
  }
}

void tell_messaging(Draft& draft) {
  const json::Value& order = draft.document;
  if (order["messaging"] == (*draft.before)["messaging"]) return;
  json::Value payload = json::Value::object({{"id", order["id"]},
                                             {"support_key", order["support_key"]},
                                             {"messaging", order["messaging"]}});
  if (order["customer_reference"].is_string()) {
    payload.set("customer_reference", order["customer_reference"]);
  }
  tell_order(order, draft.call.account.id, "porting_order.messaging_changed", payload,
             {draft.call.now, draft.call.ids}, draft.effects);
}

Result<void, ApiError> change(Draft& draft) {
  json::Value& order = draft.document;
  if (!may_change(order)) {
    for (const auto& [name, value] : draft.call.body.members()) {
      if (std::find(kAlwaysOpen.begin(), kAlwaysOpen.end(), name) != kAlwaysOpen.end()) continue;
      return refuse("10015", "The order was given to the losing provider: this can't change now.",
                    "/" + std::string(name));
    }
  }
  if (auto ok = check_moment(draft); !ok) return ok;
  // Answers are worked out anew: what the engine copied from the request is none.
  order.members().erase("requirement_group_id");
  order.set("requirements", (*draft.before)["requirements"]);
  if (auto taken = take_answers(draft.call, draft.snapshot, order); !taken) return taken;
  update_requirements(draft.snapshot, order);
  relink_documents(draft);
  const bool wants_messaging = order.at_path("messaging.enable_messaging").boolean() &&
                               order.at_path("messaging.messaging_capable").boolean();
  if (wants_messaging &&
      order.at_path("messaging.messaging_port_status").string() == "not_applicable") {
    order.member("messaging").set("messaging_port_status", "pending");
  }
  tell_messaging(draft);
  return {};
}

void remove_numbers(Draft& draft) {
  store::Query query;
  query.collection = kOrderNumbers;
  query.account = draft.call.account.id;
  query.where = {{"porting_order_id", Compare::Eq, {std::string(draft.document["id"].string())}}};
  query.limit = static_cast<int64_t>(kMostNumbers);
  for (const store::Row& row : draft.snapshot.list(query).rows) {
    draft.effects.remove(std::string(kOrderNumbers), row.id);
  }
}

Result<void, ApiError> remove(Draft& draft) {
  const json::Value& order = draft.document;
  if (order.at_path("status.value").string() != "draft") {
    return refuse("10015", "Only a draft can be deleted; cancel the order instead.");
  }
  unlink_documents(draft.snapshot, draft.call.account.id, order["id"].string(), draft.effects);
  remove_numbers(draft);
  json::Value payload =
      json::Value::object({{"id", order["id"]}, {"deleted_at", to_iso8601(draft.call.now)}});
  if (order["customer_reference"].is_string()) {
    payload.set("customer_reference", order["customer_reference"]);
  }
  tell_order(order, draft.call.account.id, "porting_order.deleted", payload,
             {draft.call.now, draft.call.ids}, draft.effects);
  return {};
}

}  // namespace

void declare_orders(api::Registry& registry, const numbers::Inventory& inventory) {
  registry.bind(Op::CreatePortingOrder,
                [&registry, &inventory](const Call& call, const store::Snapshot& snapshot) {
                  return create(registry, inventory, call, snapshot);
                });
  registry.resource({
      .path = "/porting_orders",
      .collection = std::string(kOrders),
      .item_path = "/porting_orders/{id}",
      .record_type = "porting_order",
      .references = {connection_reference("phone_number_configuration.connection_id"),
                     {"phone_number_configuration.messaging_profile_id", "messaging_profiles"},
                     {"phone_number_configuration.billing_group_id", "billing_groups"},
                     {"phone_number_configuration.emergency_address_id", "addresses"},
                     {"documents.loa", std::string(kDocuments)},
                     {"documents.invoice", std::string(kDocuments)}},
      .filters = {{"activation_status", "activation_settings.activation_status"},
                  {"phone_number", "_phone_numbers", Compare::Has},
                  {"portability_status", "_portability_status"},
                  {"porting_order_id", "id"},
                  {"status", "status.value"},
                  {"phone_numbers.carrier_name", "old_service_provider_ocn"},
                  {"phone_numbers.country_code", "_country"},
                  {"phone_numbers.phone_number", "_phone_number_text"}},
      .on_update = change,
      .on_delete = remove,
  });
  registry.resource({
      .path = "/porting_phone_numbers",
      .collection = std::string(kOrderNumbers),
      .record_type = "porting_phone_number",
      .indexes = {{.path = "porting_order_id"}, {.path = "phone_number"}},
      .filters = {{"status", "porting_order_status"}},
  });
}

}  // namespace tandem::products::porting
