#include <algorithm>
#include <string>

#include "products/common/steps.h"
#include "products/common/whole_list.h"
#include "products/porting/activation.h"
#include "products/porting/bind.h"
#include "products/porting/order_requirements.h"
#include "products/porting/order_state.h"
#include "products/porting/porting.h"

// What a customer does with an order beyond filling it in.

namespace tandem::products::porting {
namespace {

using api::Call;
using api::Effects;
using api::Outcome;
using api::refuse;
using contract::Op;

constexpr std::string_view kShares = "porting_order_sharing_tokens";
constexpr int64_t kShareSeconds = 3'600;
constexpr size_t kTokenSize = 48;

Outcome confirm(const api::Registry& registry, const Call& call, const store::Snapshot& snapshot) {
  const api::ResourceEngine* orders = registry.engine(kOrders);
  const auto row = orders->find(call, snapshot, call.param("id"));
  if (!row) return tl::unexpected(row.error());
  json::Value order = api::document_of(*row);
  const std::string status(order.at_path("status.value").string());
  if (status != "draft" && status != "exception") {
    return refuse("10015", "The order was submitted before.");
  }
  update_requirements(snapshot, order);
  if (!order["requirements_met"].boolean()) {
    return refuse("10015",
                  "The order lacks documents, answers or the end user's name and address.");
  }
  Effects effects;
  move_order(snapshot, order, call.account.id, "in-process", "Pending", {call.now, call.ids},
             effects);
  orders->put(*row, order, call.now, effects);
  effects.timers.push_back(
      document_timer(kAdvanceOrder, row->id, call.account.id, call.now + kDecisionTime));
  effects.reply = orders->reply(call, snapshot, order);
  return effects;
}

/// A draft is cancelled at once; whatever the losing provider knows of, it has to give back.
Outcome cancel(const api::Registry& registry, const Call& call, const store::Snapshot& snapshot) {
  const api::ResourceEngine* orders = registry.engine(kOrders);
  const auto row = orders->find(call, snapshot, call.param("id"));
  if (!row) return tl::unexpected(row.error());
  json::Value order = api::document_of(*row);
  const std::string status(order.at_path("status.value").string());
  if (status == "ported" || status == "cancelled" || status == "cancel-pending") {
    return refuse("10015", "The order can't be cancelled any more.");
  }
  const bool draft = status == "draft";
  Effects effects;
  move_order(snapshot, order, call.account.id, draft ? "cancelled" : "cancel-pending",
             draft ? "Cancelled" : "Cancel Pending", {call.now, call.ids}, effects);
  orders->put(*row, order, call.now, effects);
  if (!draft) {
    effects.timers.push_back(
        document_timer(kAdvanceOrder, row->id, call.account.id, call.now + kDecisionTime));
  }
  effects.reply = orders->reply(call, snapshot, order);
  return effects;
}

Outcome share(const api::Registry& registry, const Call& call, const store::Snapshot& snapshot) {
  const auto row = registry.engine(kOrders)->find(call, snapshot, call.param("id"));
  if (!row) return tl::unexpected(row.error());
  const int64_t seconds = call.body["expires_in_seconds"].integer(kShareSeconds);
  const json::View asked = call.body["permissions"];
  const json::Value permission(asked.string("porting_order.document.read"));
  const std::string id = call.ids.uuid();
  const json::Value token =
      json::Value::object({{"id", id},
                           {"record_type", "porting_order_sharing_token"},
                           {"porting_order_id", row->id},
                           {"token", call.ids.token(kTokenSize)},
                           {"permissions", json::Value::array({permission})},
                           {"expires_in_seconds", seconds},
                           {"expires_at", to_iso8601(call.now + std::chrono::seconds(seconds))},
                           {"created_at", to_iso8601(call.now)}});
  Effects effects;
  effects.put(std::string(kShares), id, call.account.id, token, store::kNew, call.now);
  effects.reply = api::Reply::data(token, call.operation.success_status());
  return effects;
}

Outcome show_sub_request(const api::Registry& registry, const Call& call,
                         const store::Snapshot& snapshot) {
  const auto row = registry.engine(kOrders)->find(call, snapshot, call.param("id"));
  if (!row) return tl::unexpected(row.error());
  const json::Value order = api::document_of(*row);
  const json::Value& parent = order["parent_support_key"];
  Effects effects;
  effects.reply = api::Reply::data(json::Value::object(
      {{"sub_request_id", order["support_key"]},
       {"port_request_id", parent.is_string() ? parent : order["support_key"]}}));
  return effects;
}

Outcome list_windows(const api::Registry& registry, const Call& call,
                     const store::Snapshot& snapshot) {
  const auto row = registry.engine(kOrders)->find(call, snapshot, call.param("id"));
  if (!row) return tl::unexpected(row.error());
  json::Array data;
  for (const Window& window : foc_windows(call.now)) {
    data.push_back(json::Value::object({{"record_type", "porting_order"},
                                        {"started_at", to_iso8601(window.start)},
                                        {"ended_at", to_iso8601(window.end)}}));
  }
  Effects effects;
  effects.reply = whole_list(std::move(data));
  return effects;
}

Outcome list_exceptions(const Call&, const store::Snapshot&) {
  json::Value body = json::Value::object();
  body.set("data", exception_types());
  Effects effects;
  effects.reply = api::Reply::json(body.text());
  return effects;
}

}  // namespace

void declare_order_actions(api::Registry& registry) {
  registry.collection({.name = std::string(kShares), .indexes = {}});
  bind(registry, Op::ConfirmPortingOrder, confirm);
  bind(registry, Op::CancelPortingOrder, cancel);
  bind(registry, Op::SharePortingOrder, share);
  bind(registry, Op::GetPortingOrderSubRequest, show_sub_request);
  bind(registry, Op::ListAllowedFocWindows, list_windows);
  registry.bind(Op::ListExceptionTypes, list_exceptions);
}

}  // namespace tandem::products::porting
