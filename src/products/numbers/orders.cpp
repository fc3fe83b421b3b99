#include <set>

#include <fmt/format.h>

#include "api/resource_engine.h"
#include "core/e164.h"
#include "products/common/connections.h"
#include "products/common/notifier.h"
#include "products/common/steps.h"
#include "products/numbers/claims.h"
#include "products/numbers/holdings.h"
#include "products/numbers/numbers.h"
#include "products/numbers/prices.h"

// Number orders. An order is split into sub orders, one for each country and type; each completes
// by itself, and the order is complete with its last one. The numbers are held from the moment in
// which the order is placed.

namespace tandem::products::numbers {
namespace {

using api::ApiError;
using api::Draft;
using api::Effects;
using api::refuse;
using store::Compare;

constexpr std::string_view kOrders = "number_orders";
constexpr std::string_view kSubOrders = "sub_number_orders";
constexpr std::string_view kOrderNumbers = "number_order_phone_numbers";
constexpr std::string_view kComplete = "numbers.complete_sub_order";
constexpr size_t kMostNumbers = 1'000;  // in one order
constexpr auto kQuickshipTime = std::chrono::seconds(2);
constexpr auto kOrdinaryTime = std::chrono::minutes(1);

/// One number of an order.
struct Line {
  Number number;
  Claim claim;  // what its order replaces
  std::string bundle_id;
  std::string requirement_group_id;
};

/// The lines of one country and type.
struct Group {
  std::string country;
  NumberType type = NumberType::Local;
  std::vector<Line> lines;
};

Result<Line, ApiError> read_line(const Draft& draft, const Inventory& inventory,
                                 const Claims& claims, json::View asked,
                                 const std::string& pointer) {
  const std::string_view text = asked["phone_number"].string();
  if (!is_e164(text)) {
    return refuse("10016", "The number is not in +E.164 format.", pointer + "/phone_number");
  }
  auto number = inventory.find(text);
  Claim claim = claims.of(text);
  if (claim.state == Claim::State::Reserved) {
    return refuse("85006", fmt::format("{} is reserved.", text), pointer + "/phone_number");
  }
  if (!number || claim.state == Claim::State::Taken) {
    return refuse("85001", fmt::format("{} is not available.", text), pointer + "/phone_number");
  }
  Line line{std::move(*number), std::move(claim), std::string(asked["bundle_id"].string()),
            std::string(asked["requirement_group_id"].string())};
  if (!line.bundle_id.empty() && !is_uuid(line.bundle_id)) {
    return refuse("10015", "The id of a bundle is a UUID.", pointer + "/bundle_id");
  }
  if (!line.requirement_group_id.empty() &&
      !api::find_own(draft.snapshot, draft.call.account, "requirement_groups",
                     line.requirement_group_id)) {
    return refuse("10017", "There is no requirement group of this id.",
                  pointer + "/requirement_group_id");
  }
  return line;
}

Group& group_of(std::vector<Group>& groups, const Block& block) {
  for (Group& group : groups) {
    if (group.country == block.country && group.type == block.type) return group;
  }
  groups.push_back({block.country, block.type, {}});
  return groups.back();
}

Result<std::vector<Group>, ApiError> read_lines(const Draft& draft, const Inventory& inventory) {
  const json::View asked = draft.call.body["phone_numbers"];
  if (asked.size() == 0) {
    return refuse("10004", "An order names at least one number.", "/phone_numbers");
  }
  if (asked.size() > kMostNumbers) {
    return refuse("10027", fmt::format("An order takes at most {} numbers.", kMostNumbers),
                  "/phone_numbers");
  }
  std::vector<std::string> numbers;
  for (const json::View item : asked.items()) numbers.emplace_back(item["phone_number"].string());
  const Claims claims(draft.snapshot, draft.call.account.id, numbers, draft.call.now);
  std::vector<Group> groups;
  std::set<std::string, std::less<>> seen;
  size_t index = 0;
  for (const json::View item : asked.items()) {
    const std::string pointer = fmt::format("/phone_numbers/{}", index++);
    auto line = read_line(draft, inventory, claims, item, pointer);
    if (!line) return tl::unexpected(std::move(line.error()));
    if (!seen.insert(line->number.phone_number).second) {
      return refuse("10012", "The order has this number twice.", pointer + "/phone_number");
    }
    Group& group = group_of(groups, *line->number.block);
    group.lines.push_back(std::move(*line));
  }
  return groups;
}

FirstSettings first_settings(const Draft& draft) {
  const json::Value& order = draft.document;
  const auto text = [&](std::string_view name) { return std::string(order[name].string()); };
  FirstSettings settings;
  settings.connection_id = text("connection_id");
  settings.connection_name =
      connection_name(draft.snapshot, draft.call.account, settings.connection_id);
  settings.messaging_profile_id = text("messaging_profile_id");
  settings.messaging_profile_name =
      messaging_profile_name(draft.snapshot, draft.call.account, settings.messaging_profile_id);
  settings.billing_group_id = text("billing_group_id");
  settings.customer_reference = text("customer_reference");
  return settings;
}

/// What an order, a sub order and their numbers say of regulation: nothing is asked for.
void set_requirements(json::Value& document) {
  document.set("regulatory_requirements", json::Value::array());
  document.set("requirements_met", true);
}

/// What the order and /number_order_phone_numbers both show of a line.
json::Value line_document(const Line& line, std::string id) {
  json::Value document =
      json::Value::object({{"id", std::move(id)},
                           {"record_type", "number_order_phone_number"},
                           {"phone_number", line.number.phone_number},
                           {"country_code", line.number.block->country},
                           {"phone_number_type", to_string(line.number.block->type)},
                           {"requirements_status", "approved"},
                           {"status", "pending"}});
  set_requirements(document);
  if (!line.bundle_id.empty()) document.set("bundle_id", line.bundle_id);
  return document;
}

/// Places orders: what it needs beyond the order itself.
class OrderDesk {
 public:
  OrderDesk(const api::Registry& registry, const Inventory& inventory, const ledger::Rates& rates)
      : registry_(registry), inventory_(inventory), rates_(rates) {}

  Result<void, ApiError> place(Draft& draft) const {
    auto groups = read_lines(draft, inventory_);
    if (!groups) return tl::unexpected(std::move(groups.error()));
    const FirstSettings settings = first_settings(draft);
    json::Array shown;
    json::Array sub_orders;
    for (const Group& group : *groups) {
      sub_orders.emplace_back(place_group(draft, group, settings, shown));
    }
    json::Value& order = draft.document;
    order.set("phone_numbers_count", static_cast<int64_t>(shown.size()));
    order.set("phone_numbers", std::move(shown));
    order.set("sub_number_orders_ids", std::move(sub_orders));
    order.set("requirements_met", true);
    order.set("status", "pending");
    return {};
  }

 private:
  /// Gives the id of the sub order and appends its lines to `shown`.
  std::string place_group(Draft& draft, const Group& group, const FirstSettings& settings,
                          json::Array& shown) const {
    const api::Moment moment{draft.call.now, draft.call.ids};
    const std::string& account = draft.call.account.id;
    const api::ResourceEngine& engine = *registry_.engine(kSubOrders);
    json::Value input =
        json::Value::object({{"country_code", group.country},
                             {"phone_number_type", to_string(group.type)},
                             {"phone_numbers_count", static_cast<int64_t>(group.lines.size())},
                             {"order_request_id", draft.document["id"]},
                             {"user_id", account},
                             {"is_block_sub_number_order", false},
                             {"status", "pending"}});
    set_requirements(input);
    if (!settings.customer_reference.empty()) {
      input.set("customer_reference", settings.customer_reference);
    }
    const json::Value sub_order = engine.make(moment, input);
    engine.put_new(account, draft.call.now, sub_order, draft.effects);
    const std::string id(sub_order["id"].string());
    bool quickship = true;
    for (const Line& line : group.lines) {
      quickship = quickship && line.number.quickship;
      shown.push_back(place_line(draft, line, id, settings));
    }
    const Millis time = quickship ? Millis(kQuickshipTime) : Millis(kOrdinaryTime);
    draft.effects.timers.push_back(document_timer(kComplete, id, account, draft.call.now + time));
    return id;
  }

  json::Value place_line(Draft& draft, const Line& line, const std::string& sub_order,
                         const FirstSettings& settings) const {
    const api::Moment moment{draft.call.now, draft.call.ids};
    const std::string& account = draft.call.account.id;
    take(line.claim, account, line.number.phone_number, draft.effects);
    const std::string number =
        hold_number(registry_, moment, account, line.number, settings, draft.effects);
    const ledger::NumberRate price = price_of(rates_, line.number);
    const Item item = number_item(number, account, line.number, settings.billing_group_id);
    charge_once(item, price.upfront, moment.now, draft.effects);
    subscribe(item, price.monthly, moment.now, draft.effects);
    json::Value shown = line_document(line, draft.call.ids.uuid());
    json::Value kept = shown;
    kept.set("order_request_id", draft.document["id"]);
    kept.set("sub_number_order_id", sub_order);
    kept.set("is_block_number", false);
    if (!line.number.block->locality.empty()) kept.set("locality", line.number.block->locality);
    kept.set("_phone_number_id", number);
    const api::ResourceEngine& engine = *registry_.engine(kOrderNumbers);
    engine.put_new(account, draft.call.now, engine.make(moment, kept), draft.effects);
    shown.set("country_iso_alpha2", line.number.block->country);
    return shown;
  }

  const api::Registry& registry_;
  const Inventory& inventory_;
  const ledger::Rates& rates_;
};

/// Each number of a sub order becomes the account's ("success") or nobody's ("failure"); gives the
/// ids of the lines.
std::set<std::string, std::less<>> settle_lines(const store::Snapshot& snapshot,
                                                const store::Row& sub_order,
                                                std::string_view status, WallTime now,
                                                Effects& effects) {
  std::set<std::string, std::less<>> settled;
  store::Query query;
  query.collection = kOrderNumbers;
  query.account = sub_order.account;
  query.where = {{"sub_number_order_id", Compare::Eq, {sub_order.id}}};
  query.limit = kMostNumbers;
  for (const store::Row& row : snapshot.list(query).rows) {
    json::Value line = api::document_of(row);
    const std::string_view id = line["_phone_number_id"].string();
    if (status == "success") {
      activate_number(snapshot, id, now, effects);
    } else {
      refund(snapshot, number_key(id), now, effects);
      drop_number(id, line["phone_number"].string(), effects);
    }
    line.set("status", status);
    effects.put(std::string(kOrderNumbers), row.id, row.account, line, row.revision);
    settled.insert(row.id);
  }
  return settled;
}

void tell_complete(const store::Snapshot& snapshot, const json::Value& order,
                   std::string_view account, api::Moment moment, Effects& effects) {
  json::Value payload = order;
  payload.members().erase("regulatory_requirements");
  events::Event event;
  event.id = moment.ids.uuid();
  event.account = account;
  event.type = "number_order.complete";
  event.subject = order["id"].string();
  event.payload = payload.text();
  event.occurred_at = moment.now;
  effects.events.push_back(std::move(event));
  notify(snapshot, moment, account, {"Number Order Completed", std::move(payload)}, effects);
}

/// Ends a pending sub order with `status`, and its order when it was the last one: a success when
/// any of its numbers is.
void settle(const store::Snapshot& snapshot, StepDocument& sub_order, std::string_view status,
            api::Moment moment, Effects& effects) {
  const auto row = snapshot.get(kOrders, sub_order.fields["order_request_id"].string());
  if (!row) return;
  const auto settled = settle_lines(snapshot, sub_order.row, status, moment.now, effects);
  sub_order.fields.set("status", status);
  put_back(kSubOrders, sub_order, moment.now, effects);

  StepDocument order{*row, api::document_of(*row)};
  bool pending = false;
  bool success = false;
  for (json::Value& line : order.fields.member("phone_numbers").items()) {
    if (settled.contains(line["id"].string())) line.set("status", status);
    pending = pending || line["status"].string() == "pending";
    success = success || line["status"].string() == "success";
  }
  if (!pending) order.fields.set("status", success ? "success" : "failure");
  put_back(kOrders, order, moment.now, effects);
  if (!pending) tell_complete(snapshot, order.fields, row->account, moment, effects);
}

Effects complete_sub_order(const api::Step& step, const store::Snapshot& snapshot) {
  Effects effects;
  auto sub_order = step_document(step, snapshot, kSubOrders);
  if (!sub_order || sub_order->fields["status"].string() != "pending") return effects;
  settle(snapshot, *sub_order, "success", {step.now, step.ids}, effects);
  return effects;
}

api::Outcome cancel_sub_order(const api::ResourceEngine& sub_orders, const api::Call& call,
                              const store::Snapshot& snapshot) {
  auto row = sub_orders.find(call, snapshot, call.param("sub_number_order_id"));
  if (!row) return tl::unexpected(std::move(row.error()));
  StepDocument sub_order{*row, api::document_of(*row)};
  if (sub_order.fields["status"].string() != "pending") {
    return refuse("10027", "Only a pending sub order can be cancelled.");
  }
  Effects effects;
  settle(snapshot, sub_order, "failure", {call.now, call.ids}, effects);
  effects.cancelled_timers.push_back(
      document_timer(kComplete, row->id, call.account.id, call.now).id);
  effects.reply = sub_orders.reply(call, snapshot, sub_order.fields);
  return effects;
}

/// Nothing is asked for (set_requirements), so there is nothing to fulfil either.
Result<void, ApiError> refuse_requirements(Draft& draft) {
  if (draft.call.body["regulatory_requirements"].size() == 0) return {};
  return refuse("85003", "All requirements of these numbers are met.", "/regulatory_requirements");
}

/// The numbers of one sub order, when they are asked for.
void add_numbers(const api::Call& call, const store::Snapshot& snapshot, json::Value& sub_order) {
  const store::Condition* asked = call.query.filter("include_phone_numbers");
  const bool* wanted =
      asked && !asked->values.empty() ? std::get_if<bool>(&asked->values.front()) : nullptr;
  if (!wanted || !*wanted) return;
  store::Query query;
  query.collection = kOrderNumbers;
  query.account = call.account.id;
  query.where = {{"sub_number_order_id", Compare::Eq, {std::string(sub_order["id"].string())}}};
  query.limit = kMostNumbers;
  json::Array numbers;
  for (const store::Row& row : snapshot.list(query).rows) {
    json::Value line = api::document_of(row);
    line.members().erase("_phone_number_id");
    numbers.push_back(std::move(line));
  }
  sub_order.set("phone_numbers", std::move(numbers));
}

}  // namespace

void declare_orders(api::Registry& registry, const Inventory& inventory,
                    const ledger::Rates& rates) {
  registry.resource({
      .path = "/number_order_phone_numbers",
      .collection = std::string(kOrderNumbers),
      .record_type = "number_order_phone_number",
      .indexes = {{.path = "sub_number_order_id"}},
      .on_update = refuse_requirements,
  });
  registry.resource({
      .path = "/sub_number_orders",
      .collection = std::string(kSubOrders),
      .record_type = "sub_number_order",
      .on_update = refuse_requirements,
      .on_read = add_numbers,
  });
  registry.resource({
      .path = "/number_orders",
      .collection = std::string(kOrders),
      .record_type = "number_order",
      .references = {connection_reference("connection_id", "85004"),
                     {"messaging_profile_id", "messaging_profiles", "id", "85005"},
                     {"billing_group_id", "billing_groups"}},
      .on_create = [desk = OrderDesk(registry, inventory, rates)](
                       Draft& draft) { return desk.place(draft); },
      .on_update = refuse_requirements,
  });
  const api::ResourceEngine* sub_orders = registry.engine(kSubOrders);
  registry.bind(contract::Op::CancelSubNumberOrder,
                [sub_orders](const api::Call& call, const store::Snapshot& snapshot) {
                  return cancel_sub_order(*sub_orders, call, snapshot);
                });
  registry.workflow(std::string(kComplete), complete_sub_order);
}

}  // namespace tandem::products::numbers
