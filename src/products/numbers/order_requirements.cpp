#include "api/resource_engine.h"
#include "products/numbers/numbers.h"
#include "products/numbers/order_desk.h"

// What proves that an account may have the numbers of an order: a requirement group, named for one
// number or for all of a sub order while it is pending.

namespace tandem::products::numbers {
namespace {

using api::ApiError;
using api::Call;
using api::Effects;
using api::Outcome;
using api::refuse;
using contract::Op;

/// The group that the request names must be for numbers like those of `document`.
Result<void, ApiError> check_group(const Call& call, const store::Snapshot& snapshot,
                                   const json::Value& document) {
  const std::string_view id = call.body["requirement_group_id"].string();
  const auto row = api::find_own(snapshot, call.account, "requirement_groups", id);
  if (!row) {
    return refuse("10017", "Your account has no requirement group of this id.",
                  "/requirement_group_id");
  }
  const json::Value group = api::document_of(*row);
  for (const char* name : {"country_code", "phone_number_type"}) {
    if (group[name].string() == document[name].string()) continue;
    return refuse("10015", "The requirement group is for other numbers.", "/requirement_group_id");
  }
  if (document["status"].string() == "pending") return {};
  return refuse("10027", "The numbers are not pending any more.");
}

Outcome set_group(const api::ResourceEngine& engine, const Call& call,
                  const store::Snapshot& snapshot) {
  const auto row = engine.find(call, snapshot, call.param("id"));
  if (!row) return tl::unexpected(row.error());
  json::Value document = api::document_of(*row);
  if (auto sound = check_group(call, snapshot, document); !sound) {
    return tl::unexpected(sound.error());
  }
  document.set("_requirement_group_id", call.body["requirement_group_id"].string());
  Effects effects;
  engine.put(*row, document, call.now, effects);
  effects.reply = api::Reply::data(engine.shown(call, snapshot, std::move(document)));
  return effects;
}

}  // namespace

void declare_order_requirements(api::Registry& registry) {
  const api::ResourceEngine* lines = registry.engine(kOrderNumbers);
  const api::ResourceEngine* sub_orders = registry.engine(kSubOrders);
  registry.bind(Op::UpdateNumberOrderPhoneNumberRequirementGroup,
                [lines](const Call& call, const store::Snapshot& snapshot) {
                  return set_group(*lines, call, snapshot);
                });
  registry.bind(Op::UpdateSubNumberOrderRequirementGroup,
                [sub_orders](const Call& call, const store::Snapshot& snapshot) {
                  return set_group(*sub_orders, call, snapshot);
                });
}

}  // namespace tandem::products::numbers
