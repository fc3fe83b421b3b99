#include <set>

#include <fmt/format.h>

#include "api/resource_engine.h"
#include "products/common/connections.h"
#include "products/common/notifier.h"
#include "products/common/steps.h"
#include "products/numbers/holdings.h"
#include "products/numbers/numbers.h"
#include "products/numbers/order_desk.h"
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
  query.limit = kMostOrdered;
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
  const bool block = sub_order.fields["is_block_sub_number_order"].boolean();
  const std::string_view orders = block ? kBlockOrders : kOrders;
  const auto row = snapshot.get(orders, sub_order.fields["order_request_id"].string());
  if (!row) return;
  const auto settled = settle_lines(snapshot, sub_order.row, status, moment.now, effects);
  sub_order.fields.set("status", status);
  put_back(kSubOrders, sub_order, moment.now, effects);

  StepDocument order{*row, api::document_of(*row)};
  if (block) {  // has this one sub order
    order.fields.set("status", status);
    put_back(kBlockOrders, order, moment.now, effects);
    return;
  }
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
      document_timer(kCompleteSubOrder, row->id, call.account.id, call.now).id);
  effects.reply = sub_orders.reply(call, snapshot, sub_order.fields);
  return effects;
}

Result<void, ApiError> place_order(const OrderDesk& desk, Draft& draft) {
  const json::View asked = draft.call.body["phone_numbers"];
  if (asked.size() == 0) {
    return refuse("10004", "An order names at least one number.", "/phone_numbers");
  }
  if (asked.size() > kMostOrdered) {
    return refuse("10027", fmt::format("An order takes at most {} numbers.", kMostOrdered),
                  "/phone_numbers");
  }
  std::vector<Wanted> wanted;
  for (const json::View item : asked.items()) {
    wanted.push_back({std::string(item["phone_number"].string()),
                      std::string(item["bundle_id"].string()),
                      std::string(item["requirement_group_id"].string())});
  }
  Placement placement{draft.snapshot,
                      draft.call.account,
                      {draft.call.now, draft.call.ids},
                      draft.document,
                      draft.effects};
  return desk.place(placement, wanted);
}

/// Nothing is asked for of the account, so there is nothing to fulfil either.
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
  query.limit = kMostOrdered;
  json::Array numbers;
  for (const store::Row& row : snapshot.list(query).rows) {
    json::Value line = api::document_of(row);
    line.members().erase("_phone_number_id");
    line.members().erase("_requirement_group_id");
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
                       Draft& draft) { return place_order(desk, draft); },
      .on_update = refuse_requirements,
  });
  const api::ResourceEngine* sub_orders = registry.engine(kSubOrders);
  registry.bind(contract::Op::CancelSubNumberOrder,
                [sub_orders](const api::Call& call, const store::Snapshot& snapshot) {
                  return cancel_sub_order(*sub_orders, call, snapshot);
                });
  registry.workflow(std::string(kCompleteSubOrder), complete_sub_order);
}

}  // namespace tandem::products::numbers
