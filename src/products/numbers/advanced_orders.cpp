#include <algorithm>

#include "api/resource_engine.h"
#include "ledger/payers.h"
#include "products/common/steps.h"
#include "products/numbers/numbers.h"
#include "products/numbers/order_desk.h"
#include "products/numbers/prices.h"
#include "products/numbers/taken.h"

// Advanced orders say what numbers shall be like instead of naming them. A minute later they become
// number orders of at most 1000 each, as far as there are numbers and money; what is missing is
// looked for again every hour.

namespace tandem::products::numbers {
namespace {

using api::ApiError;
using api::Call;
using api::Effects;
using api::Outcome;
using api::refuse;
using contract::Op;

constexpr std::string_view kAdvancedOrders = "advanced_orders";
constexpr std::string_view kFulfil = "numbers.fulfil_advanced_order";
constexpr auto kFirstTime = std::chrono::minutes(1);
constexpr auto kNextTime = std::chrono::seconds(1);
constexpr auto kAgainTime = std::chrono::hours(1);
constexpr int64_t kMostListed = 250;

constexpr std::string_view kFields[] = {
    "area_code", "comments", "country_code",      "customer_reference",
    "features",  "quantity", "phone_number_type", "requirement_group_id"};

json::Value shown(const store::Row& row) {
  json::Value order = api::document_of(row);
  order.members().erase("_missing");
  return order;
}

Result<void, ApiError> change_fields(const Call& call, const store::Snapshot& snapshot,
                                     json::Value& order) {
  const std::string_view group = call.body["requirement_group_id"].string();
  if (!group.empty() && !api::find_own(snapshot, call.account, "requirement_groups", group)) {
    return refuse("10017", "There is no requirement group of this id.", "/requirement_group_id");
  }
  for (const std::string_view field : kFields) {
    const json::View given = call.body[field];
    if (given.exists()) order.set(field, json::Value(given));
  }
  return {};
}

Outcome create(const Call& call, const store::Snapshot& snapshot) {
  const std::string id = call.ids.uuid();
  const std::string now = to_iso8601(call.now);
  json::Value order = json::Value::object({{"id", id},
                                           {"area_code", ""},
                                           {"comments", ""},
                                           {"country_code", "US"},
                                           {"customer_reference", ""},
                                           {"features", json::Array()},
                                           {"phone_number_type", "local"},
                                           {"quantity", 1},
                                           {"requirement_group_id", json::Value()},
                                           {"orders", json::Array()},
                                           {"status", json::Value::array({"pending"})},
                                           {"created_at", now},
                                           {"updated_at", now}});
  if (auto sound = change_fields(call, snapshot, order); !sound) {
    return tl::unexpected(sound.error());
  }
  Effects effects;
  effects.reply = api::Reply::json(order.text());
  order.set("_missing", order["quantity"]);
  effects.put(std::string(kAdvancedOrders), id, call.account.id, order, store::kNew, call.now);
  effects.timers.push_back(document_timer(kFulfil, id, call.account.id, call.now + kFirstTime));
  return effects;
}

Outcome update(const Call& call, const store::Snapshot& snapshot) {
  const auto row = api::find_own(snapshot, call.account, kAdvancedOrders, call.param("order_id"));
  if (!row) return tl::unexpected(row.error());
  json::Value order = api::document_of(*row);
  if (!order["orders"].items().empty()) {
    return refuse("10027", "Numbers of this order have been ordered already.");
  }
  if (auto sound = change_fields(call, snapshot, order); !sound) {
    return tl::unexpected(sound.error());
  }
  order.set("_missing", order["quantity"]);
  order.set("updated_at", to_iso8601(call.now));
  Effects effects;
  effects.put(std::string(kAdvancedOrders), row->id, row->account, order, row->revision);
  order.members().erase("_missing");
  effects.reply = api::Reply::json(order.text());
  return effects;
}

Outcome show(const Call& call, const store::Snapshot& snapshot) {
  const auto row = api::find_own(snapshot, call.account, kAdvancedOrders, call.param("order_id"));
  if (!row) return tl::unexpected(row.error());
  Effects effects;
  effects.reply = api::Reply::json(shown(*row).text());
  return effects;
}

Outcome list(const Call& call, const store::Snapshot& snapshot) {
  store::Query query;
  query.collection = kAdvancedOrders;
  query.account = call.account.id;
  query.limit = kMostListed;
  json::Array data;
  for (const store::Row& row : snapshot.list(query).rows) data.push_back(shown(row));
  Effects effects;
  effects.reply = api::Reply::json(json::Value(std::move(data)).text());
  return effects;
}

/// Numbers as the order wants them: as many as are missing, can be had and can be paid.
std::vector<Wanted> find_numbers(const Inventory& inventory, const ledger::Rates& rates,
                                 const StepDocument& order, WallTime now,
                                 const store::Snapshot& snapshot) {
  const json::Value& fields = order.fields;
  Search search;
  search.country = fields["country_code"].string();
  search.ndc = fields["area_code"].string();
  search.limit = std::min(static_cast<size_t>(fields["_missing"].integer()), kMostOrdered);
  const std::string_view type = fields["phone_number_type"].string();
  const auto known = parse_number_type(type == "landline" ? "local" : type);
  if (!known) return {};
  search.types.push_back(*known);
  for (const json::Value& name : fields["features"].items()) {
    if (const auto feature = parse_feature(name.string())) {
      search.features |= static_cast<uint8_t>(*feature);
    }
  }
  const auto taken = [&](const std::vector<Number>& candidates) {
    return taken_numbers(snapshot, order.row.account, now, candidates);
  };
  ledger::Nanos left = ledger::read_spendable(snapshot, order.row.account);
  std::vector<Wanted> wanted;
  for (const Number& number : inventory.search(search, taken)) {
    const ledger::NumberRate price = price_of(rates, number);
    left -= price.upfront + price.monthly;
    if (left < 0) break;
    wanted.push_back({number.phone_number});
  }
  return wanted;
}

/// A number order of `wanted`; gives its id.
std::string place(const OrderDesk& desk, const api::ResourceEngine& orders,
                  const StepDocument& order, const std::vector<Wanted>& wanted,
                  const api::Step& step, const store::Snapshot& snapshot, Effects& effects) {
  const api::Moment moment{step.now, step.ids};
  const api::Account account{order.row.account, {}, {}};
  json::Value made = orders.make(
      moment, json::Value::object({{"customer_reference", order.fields["customer_reference"]}}));
  Placement placement{snapshot, account, moment, made, effects};
  if (!desk.place(placement, wanted)) return {};
  orders.put_new(account.id, step.now, made, effects);
  return std::string(made["id"].string());
}

Effects fulfil(const OrderDesk& desk, const api::ResourceEngine& orders, const Inventory& inventory,
               const ledger::Rates& rates, const api::Step& step, const store::Snapshot& snapshot) {
  Effects effects;
  auto order = step_document(step, snapshot, kAdvancedOrders);
  if (!order || order->fields["_missing"].integer() == 0) return effects;
  const auto wanted = find_numbers(inventory, rates, *order, step.now, snapshot);
  const std::string placed =
      wanted.empty() ? "" : place(desk, orders, *order, wanted, step, snapshot, effects);
  int64_t missing = order->fields["_missing"].integer();
  if (!placed.empty()) {
    missing -= static_cast<int64_t>(wanted.size());
    order->fields.set("_missing", missing);
    order->fields.member("orders").push(placed);
    order->fields.set("status", json::Value::array({missing == 0 ? "ordered" : "pending"}));
    put_back(kAdvancedOrders, *order, step.now, effects);
  }
  const bool full = wanted.size() == kMostOrdered && !placed.empty();
  if (missing > 0) {
    const WallTime next = full ? step.now + kNextTime : step.now + kAgainTime;
    effects.timers.push_back(document_timer(kFulfil, order->row.id, order->row.account, next));
  }
  return effects;
}

}  // namespace

void declare_advanced_orders(api::Registry& registry, const Inventory& inventory,
                             const ledger::Rates& rates) {
  registry.collection({std::string(kAdvancedOrders), {}});
  registry.bind(Op::CreateAdvancedOrderV2, create);
  registry.bind(Op::UpdateAdvancedOrderV2, update);
  registry.bind(Op::GetAdvancedOrderV2, show);
  registry.bind(Op::ListAdvancedOrdersV2, list);
  const api::ResourceEngine* orders = registry.engine(kOrders);
  registry.workflow(std::string(kFulfil),
                    [desk = OrderDesk(registry, inventory, rates), orders, &inventory, &rates](
                        const api::Step& step, const store::Snapshot& snapshot) {
                      return fulfil(desk, *orders, inventory, rates, step, snapshot);
                    });
}

}  // namespace tandem::products::numbers
