#include "products/numbers/order_desk.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "api/resource_engine.h"
#include "core/e164.h"
#include "products/common/steps.h"
#include "products/numbers/bundles.h"
#include "products/numbers/claims.h"
#include "products/numbers/holdings.h"
#include "products/numbers/prices.h"

namespace tandem::products::numbers {
namespace {

using api::ApiError;
using api::refuse;

constexpr auto kQuickshipTime = std::chrono::seconds(2);
constexpr auto kOrdinaryTime = std::chrono::minutes(1);

FirstSettings first_settings(const Placement& placement) {
  const auto text = [&](std::string_view name) {
    return std::string(placement.order[name].string());
  };
  FirstSettings settings;
  settings.connection_id = text("connection_id");
  settings.connection_name =
      connection_name(placement.snapshot, placement.account, settings.connection_id);
  settings.messaging_profile_id = text("messaging_profile_id");
  settings.messaging_profile_name =
      messaging_profile_name(placement.snapshot, placement.account, settings.messaging_profile_id);
  settings.billing_group_id = text("billing_group_id");
  settings.customer_reference = text("customer_reference");
  if (placement.block) settings.block_id = text("id");
  return settings;
}

/// What an order, a sub order and their numbers say of regulation: nothing is asked for.
void set_requirements(json::Value& document) {
  document.set("regulatory_requirements", json::Value::array());
  document.set("requirements_met", true);
}

}  // namespace

/// One number of an order.
struct OrderDesk::Line {
  Number number;
  Claim claim;  // what its order replaces
  std::string bundle_id;
  std::string requirement_group_id;
};

/// The lines of one country and type.
struct OrderDesk::Group {
  std::string country;
  NumberType type = NumberType::Local;
  std::vector<Line> lines;
};

/// What was read of an order's lines so far.
struct OrderDesk::Reading {
  const Placement& placement;
  const Claims& claims;
  std::set<std::string> seen = {};
  std::set<std::string> bundles = {};
};

Result<OrderDesk::Line, ApiError> OrderDesk::read_line(Reading& reading, const Wanted& wanted,
                                                       const std::string& pointer) const {
  const Placement& placement = reading.placement;
  const std::string& text = wanted.phone_number;
  const std::string at_number = pointer + "/phone_number";
  if (!is_e164(text)) return refuse("10016", "The number is not in +E.164 format.", at_number);
  auto number = inventory_.find(text);
  if (!number) {
    return refuse("85000", fmt::format("No search finds {}: search first.", text), at_number);
  }
  Claim claim = reading.claims.of(text);
  if (claim.state == Claim::State::Reserved) {
    return refuse("85006", fmt::format("{} is reserved.", text), at_number);
  }
  if (claim.state == Claim::State::Taken) {
    return refuse("85001", fmt::format("{} is not available.", text), at_number);
  }
  if (!reading.seen.insert(text).second) {
    return refuse("10012", "The order has this number twice.", at_number);
  }
  if (!wanted.bundle_id.empty()) {
    auto free = check_bundle(placement.snapshot, placement.account, wanted.bundle_id,
                             number->block->country, pointer + "/bundle_id");
    if (!free) return tl::unexpected(std::move(free.error()));
    if (!reading.bundles.insert(wanted.bundle_id).second) {
      return refuse("10027", "A bundle is for one number.", pointer + "/bundle_id");
    }
  }
  if (!wanted.requirement_group_id.empty() &&
      !api::find_own(placement.snapshot, placement.account, "requirement_groups",
                     wanted.requirement_group_id)) {
    return refuse("10017", "There is no requirement group of this id.",
                  pointer + "/requirement_group_id");
  }
  return Line{std::move(*number), std::move(claim), wanted.bundle_id, wanted.requirement_group_id};
}

Result<std::vector<OrderDesk::Group>, ApiError> OrderDesk::read_lines(
    const Placement& placement, const std::vector<Wanted>& wanted) const {
  std::vector<std::string> numbers;
  for (const Wanted& item : wanted) numbers.push_back(item.phone_number);
  const Claims claims(placement.snapshot, placement.account.id, numbers, placement.moment.now);
  Reading reading{placement, claims};
  std::vector<Group> groups;
  size_t index = 0;
  for (const Wanted& item : wanted) {
    auto line = read_line(reading, item, fmt::format("/phone_numbers/{}", index++));
    if (!line) return tl::unexpected(std::move(line.error()));
    const Block& block = *line->number.block;
    auto group = std::find_if(groups.begin(), groups.end(), [&block](const Group& g) {
      return g.country == block.country && g.type == block.type;
    });
    if (group == groups.end()) group = groups.insert(group, {block.country, block.type, {}});
    group->lines.push_back(std::move(*line));
  }
  return groups;
}

Result<void, ApiError> OrderDesk::place(Placement& placement,
                                        const std::vector<Wanted>& wanted) const {
  auto groups = read_lines(placement, wanted);
  if (!groups) return tl::unexpected(std::move(groups.error()));
  const FirstSettings settings = first_settings(placement);
  json::Array shown;
  json::Array sub_orders;
  for (const Group& group : *groups) {
    sub_orders.emplace_back(place_group(placement, group, settings, shown));
  }
  json::Value& order = placement.order;
  order.set("phone_numbers_count", static_cast<int64_t>(shown.size()));
  order.set("requirements_met", true);
  order.set("status", "pending");
  if (placement.block) return {};
  order.set("phone_numbers", std::move(shown));
  order.set("sub_number_orders_ids", std::move(sub_orders));
  return {};
}

/// Gives the id of the sub order and appends its lines to `shown`.
std::string OrderDesk::place_group(Placement& placement, const Group& group,
                                   const FirstSettings& settings, json::Array& shown) const {
  const std::string& account = placement.account.id;
  const api::Moment& moment = placement.moment;
  const api::ResourceEngine& engine = *registry_.engine(kSubOrders);
  json::Value input =
      json::Value::object({{"country_code", group.country},
                           {"phone_number_type", to_string(group.type)},
                           {"phone_numbers_count", static_cast<int64_t>(group.lines.size())},
                           {"order_request_id", placement.order["id"]},
                           {"user_id", account},
                           {"is_block_sub_number_order", placement.block},
                           {"status", "pending"}});
  set_requirements(input);
  const json::Value& reference = placement.order["customer_reference"];
  if (!reference.string().empty()) input.set("customer_reference", reference);
  const json::Value sub_order = engine.make(moment, input);
  engine.put_new(account, moment.now, sub_order, placement.effects);
  const std::string id(sub_order["id"].string());
  bool quickship = true;
  for (const Line& line : group.lines) {
    quickship = quickship && line.number.quickship;
    shown.push_back(place_line(placement, line, id, settings));
  }
  const Millis time = quickship ? Millis(kQuickshipTime) : Millis(kOrdinaryTime);
  placement.effects.timers.push_back(
      document_timer(kCompleteSubOrder, id, account, moment.now + time));
  return id;
}

/// Gives what the order shows of the line; /number_order_phone_numbers shows more.
json::Value OrderDesk::place_line(Placement& placement, const Line& line,
                                  const std::string& sub_order, FirstSettings settings) const {
  const api::Moment& moment = placement.moment;
  const std::string& account = placement.account.id;
  const Number& number = line.number;
  const Block& block = *number.block;
  settings.bundle_id = line.bundle_id;
  take(line.claim, account, number.phone_number, placement.effects);
  const std::string id =
      hold_number(registry_, moment, account, number, settings, placement.effects);
  if (line.bundle_id.empty()) {
    const ledger::NumberRate price = price_of(rates_, number);
    const Item item = number_item(id, account, number, settings.billing_group_id);
    charge_once(item, price.upfront, moment.now, placement.effects);
    subscribe(item, price.monthly, moment.now, placement.effects);
  }
  json::Value shown = json::Value::object({{"id", moment.ids.uuid()},
                                           {"record_type", "number_order_phone_number"},
                                           {"phone_number", number.phone_number},
                                           {"country_code", block.country},
                                           {"phone_number_type", to_string(block.type)},
                                           {"requirements_status", "approved"},
                                           {"status", "pending"}});
  set_requirements(shown);
  if (!line.bundle_id.empty()) shown.set("bundle_id", line.bundle_id);
  json::Value kept = shown;
  kept.set("order_request_id", placement.order["id"]);
  kept.set("sub_number_order_id", sub_order);
  kept.set("is_block_number", placement.block);
  if (!block.locality.empty()) kept.set("locality", block.locality);
  if (!line.requirement_group_id.empty()) {
    kept.set("_requirement_group_id", line.requirement_group_id);
  }
  kept.set("_phone_number_id", id);
  const api::ResourceEngine& engine = *registry_.engine(kOrderNumbers);
  engine.put_new(account, moment.now, engine.make(moment, kept), placement.effects);
  shown.set("country_iso_alpha2", block.country);
  return shown;
}

}  // namespace tandem::products::numbers
