#include <array>
#include <string>

#include <fmt/format.h>

#include "contract/operations.h"
#include "products/common/steps.h"
#include "products/wireless/sim_cards.h"
#include "products/wireless/wireless.h"

// Orders of physical SIM cards: priced by number and destination, and delivered a stage a day.

namespace tandem::products::wireless {
namespace {

using api::ApiError;
using api::Call;
using api::Draft;
using api::Effects;
using api::Outcome;
using api::refuse;
using contract::Op;

constexpr std::string_view kAddresses = "addresses";
constexpr std::string_view kAdvance = "wireless.advance_order";
constexpr auto kStageTime = std::chrono::hours(24);
constexpr int64_t kMostCards = 10'000;  // an order
/// In US cents.
constexpr int64_t kCardPrice = 100;
constexpr int64_t kDomesticShipping = 500;
constexpr int64_t kForeignShipping = 1'500;
constexpr std::array<std::string_view, 5> kStages = {"pending", "processing", "ready_to_ship",
                                                     "shipped", "delivered"};

json::Value price(int64_t cents) {
  constexpr int64_t kCents = 100;
  return json::Value::object(
      {{"amount", fmt::format("{}.{:02}", cents / kCents, cents % kCents)}, {"currency", "USD"}});
}

struct Quote {
  json::Value address;
  int64_t quantity = 0;
  int64_t cards = 0;     // cents
  int64_t shipping = 0;  // cents
};

Result<Quote, ApiError> quote(const Call& call, const store::Snapshot& snapshot) {
  const auto row =
      api::find_own(snapshot, call.account, kAddresses, call.body["address_id"].string());
  if (!row) return refuse("10017", "Your account has no address of this id.", "/address_id");
  const int64_t quantity = call.body["quantity"].integer();
  if (quantity < 1 || quantity > kMostCards) {
    return refuse("10033", "An order is for 1 to 10000 cards.", "/quantity");
  }
  json::Value address = api::document_of(*row);
  const bool domestic = address["country_code"].string() == "US";
  return Quote{std::move(address), quantity, quantity * kCardPrice,
               domestic ? kDomesticShipping : kForeignShipping};
}

Outcome preview(const Call& call, const store::Snapshot& snapshot) {
  const auto quoted = quote(call, snapshot);
  if (!quoted) return tl::unexpected(quoted.error());
  constexpr int kAccepted = 202;
  Effects effects;
  effects.reply = api::Reply::data(
      json::Value::object({{"quantity", quoted->quantity},
                           {"record_type", "sim_card_order_preview"},
                           {"sim_cards_cost", price(quoted->cards)},
                           {"shipping_cost", price(quoted->shipping)},
                           {"total_cost", price(quoted->cards + quoted->shipping)}}),
      kAccepted);
  return effects;
}

Result<void, ApiError> make_order(Draft& draft) {
  const auto quoted = quote(draft.call, draft.snapshot);
  if (!quoted) return tl::unexpected(quoted.error());
  json::Value address = json::Value::object();
  for (const char* name :
       {"id", "first_name", "last_name", "business_name", "street_address", "extended_address",
        "locality", "administrative_area", "postal_code", "country_code"}) {
    if (!quoted->address[name].is_null()) address.set(name, quoted->address[name]);
  }
  json::Value& order = draft.document;
  order.set("order_address", std::move(address));
  order.set("cost", price(quoted->cards + quoted->shipping));
  order.set("status", kStages.front());
  draft.effects.timers.push_back(document_timer(
      kAdvance, order["id"].string(), draft.call.account.id, draft.call.now + kStageTime));
  return {};
}

Effects advance(const api::Step& step, const store::Snapshot& snapshot) {
  Effects effects;
  auto order = step_document(step, snapshot, kOrders);
  if (!order) return effects;
  size_t stage = 0;
  while (stage < kStages.size() && kStages[stage] != order->fields["status"].string()) ++stage;
  if (stage + 1 >= kStages.size()) return effects;  // delivered
  order->fields.set("status", kStages[stage + 1]);
  if (kStages[stage + 1] == "shipped") {
    order->fields.set("tracking_url", "https://tracking.example.com/" + order->row.id);
  }
  if (stage + 2 < kStages.size()) {
    effects.timers.push_back(
        document_timer(kAdvance, order->row.id, order->row.account, step.now + kStageTime));
  }
  put_back(kOrders, *order, step.now, effects);
  return effects;
}

}  // namespace

void declare_orders(api::Registry& registry) {
  registry.bind(Op::PreviewSimCardOrders, preview);
  registry.workflow(std::string(kAdvance), advance);
  std::vector<api::FilterField> filters;
  for (const char* name : {"id", "street_address", "extended_address", "locality",
                           "administrative_area", "postal_code", "country_code"}) {
    filters.push_back({std::string("address.") + name, std::string("order_address.") + name});
  }
  registry.resource({
      .path = "/sim_card_orders",
      .record_type = "sim_card_order",
      .filters = std::move(filters),
      .on_create = make_order,
  });
}

}  // namespace tandem::products::wireless
