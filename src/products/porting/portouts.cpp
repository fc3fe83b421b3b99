#include "products/porting/portouts.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>
#include <string>

#include "products/common/number_ports.h"
#include "products/common/steps.h"
#include "products/porting/bind.h"
#include "products/porting/events.h"
#include "products/porting/order_state.h"
#include "products/porting/porting.h"

namespace tandem::products::porting {
namespace {

using api::Call;
using api::Effects;
using api::Outcome;
using api::refuse;
using contract::Op;
using store::Compare;

constexpr size_t kSupportKeySize = 6;
constexpr size_t kOrderNumberSize = 8;
constexpr int64_t kMostPortouts = 1'000;  // of one order
/// Who says nothing for a day agrees.
constexpr auto kAnswerTime = std::chrono::hours(24);
constexpr std::string_view kCarrier = "Tandem";
constexpr std::string_view kServiceProvider = "TNDM";

std::string upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

std::vector<store::Row> portouts_of(const store::Snapshot& snapshot, std::string_view order_id) {
  store::Query query;
  query.collection = kPortouts;
  query.where = {{"_porting_order_id", Compare::Eq, {std::string(order_id)}}};
  query.limit = kMostPortouts;
  return snapshot.list(query).rows;
}

json::Value portout_document(const json::Value& order, std::string_view order_account,
                             std::string_view owner, json::Array numbers, api::Moment moment) {
  const json::Value& end_user = order["end_user"];
  const std::string now = to_iso8601(moment.now);
  json::Value portout =
      json::Value::object({{"id", moment.ids.uuid()},
                           {"record_type", "portout"},
                           {"status", "pending"},
                           {"support_key", "PO_" + moment.ids.token(kSupportKeySize)},
                           {"pon", upper(moment.ids.token(kOrderNumberSize))},
                           {"spid", kServiceProvider},
                           {"carrier_name", kCarrier},
                           {"current_carrier", kCarrier},
                           {"user_id", owner},
                           {"already_ported", false},
                           {"host_messaging", false},
                           {"authorized_name", end_user.at_path("admin.auth_person_name")},
                           {"end_user_name", end_user.at_path("admin.entity_name")},
                           {"service_address", end_user.at_path("location.street_address")},
                           {"city", end_user.at_path("location.locality")},
                           {"state", end_user.at_path("location.administrative_area").string()},
                           {"zip", end_user.at_path("location.postal_code")},
                           {"lsr", json::Value::array()},
                           {"inserted_at", now},
                           {"created_at", now},
                           {"updated_at", now},
                           {"_country", order["_country"]},
                           {"_porting_order_id", order["id"]},
                           {"_order_account", order_account}});
  portout.set("phone_numbers", std::move(numbers));
  const json::Value& asked = order.at_path("activation_settings.foc_datetime_requested");
  if (asked.is_string()) {
    portout.set("requested_foc_date", asked);
    portout.set("foc_date", asked);
  }
  return portout;
}

void tell_portout_status(const store::Snapshot& snapshot, const json::Value& portout,
                         std::string_view account, api::Moment moment, Effects& effects) {
  json::Value payload = json::Value::object({{"id", portout["id"]},
                                             {"status", portout["status"]},
                                             {"phone_numbers", portout["phone_numbers"]},
                                             {"carrier_name", portout["carrier_name"]},
                                             {"spid", portout["spid"]},
                                             {"subscriber_name", portout["end_user_name"]},
                                             {"user_id", portout["user_id"]}});
  if (portout["reason"].is_string()) payload.set("rejection_reason", portout["reason"]);
  tell_portout(snapshot, portout, account, "portout.status_changed", payload, moment, effects);
}

void move_portout(const store::Snapshot& snapshot, StepDocument& portout, std::string_view status,
                  api::Moment moment, Effects& effects) {
  portout.fields.set("status", status);
  tell_portout_status(snapshot, portout.fields, portout.row.account, moment, effects);
  put_back(kPortouts, portout, moment.now, effects);
}

/// The order that asked looks at the answer.
void wake_order(const json::Value& portout, WallTime now, Effects& effects) {
  effects.timers.push_back(document_timer(kAdvanceOrder, portout["_porting_order_id"].string(),
                                          portout["_order_account"].string(), now));
}

Effects advance(const api::Step& step, const store::Snapshot& snapshot) {
  Effects effects;
  auto portout = step_document(step, snapshot, kPortouts);
  if (!portout) return effects;
  const std::string status(portout->fields["status"].string());
  const api::Moment moment{step.now, step.ids};
  if (status == "pending") move_portout(snapshot, *portout, "authorized", moment, effects);
  if (status == "rejected-pending") move_portout(snapshot, *portout, "rejected", moment, effects);
  if (!effects.batch.empty()) wake_order(portout->fields, step.now, effects);
  return effects;
}

Outcome answer(const api::Registry& registry, const Call& call, const store::Snapshot& snapshot) {
  const api::ResourceEngine* portouts = registry.engine(kPortouts);
  const auto row = portouts->find(call, snapshot, call.param("id"));
  if (!row) return tl::unexpected(row.error());
  StepDocument portout{*row, api::document_of(*row)};
  if (portout.fields["status"].string() != "pending") {
    return refuse("10015", "The request was answered before.");
  }
  const bool agreed = call.param("status") == "authorized";
  portout.fields.set("reason", call.body["reason"].string());
  portout.fields.set("host_messaging", call.body["host_messaging"].boolean());
  Effects effects;
  move_portout(snapshot, portout, call.param("status"), {call.now, call.ids}, effects);
  if (agreed) {
    wake_order(portout.fields, call.now, effects);
  } else {
    effects.timers.push_back(
        document_timer(kAdvancePortout, row->id, row->account, call.now + kDecisionTime));
  }
  effects.reply = portouts->reply(call, snapshot, portout.fields);
  return effects;
}

void end_portouts(const store::Snapshot& snapshot, std::string_view order_id,
                  std::string_view status, api::Moment moment, Effects& effects) {
  for (const store::Row& row : portouts_of(snapshot, order_id)) {
    StepDocument portout{row, api::document_of(row)};
    const std::string_view before = portout.fields["status"].string();
    if (before != "pending" && before != "authorized") continue;
    if (status == "ported") {
      portout.fields.set("already_ported", true);
      portout.fields.set("_ported_out_at", to_iso8601(moment.now));
    }
    move_portout(snapshot, portout, status, moment, effects);
  }
}

}  // namespace

bool ask_owners(const numbers::Inventory& inventory, const store::Snapshot& snapshot,
                const json::Value& order, std::string_view account, api::Moment moment,
                Effects& effects) {
  std::map<std::string, json::Array> owned;
  for (const store::Row& row : numbers_of(snapshot, order["id"].string())) {
    const std::string text(api::document_of(row)["phone_number"].string());
    const auto number = look_up_portable(inventory, snapshot, text);
    if (number && !number->owner.empty() && number->owner != account) {
      owned[number->owner].emplace_back(text);
    }
  }
  for (auto& [owner, numbers] : owned) {
    const json::Value portout = portout_document(order, account, owner, std::move(numbers), moment);
    const std::string id(portout["id"].string());
    effects.put(std::string(kPortouts), id, owner, portout, store::kNew, moment.now);
    effects.timers.push_back(document_timer(kAdvancePortout, id, owner, moment.now + kAnswerTime));
    tell_portout_status(snapshot, portout, owner, moment, effects);
  }
  return !owned.empty();
}

Consent consent_of(const store::Snapshot& snapshot, std::string_view order_id) {
  Consent consent = Consent::Given;
  std::set<std::string> seen;  // newest first: what an owner said to an earlier try is past
  for (const store::Row& row : portouts_of(snapshot, order_id)) {
    if (!seen.insert(row.account).second) continue;
    const json::Value portout = api::document_of(row);
    const std::string_view status = portout["status"].string();
    if (status == "rejected") return Consent::Refused;
    if (status == "pending" || status == "rejected-pending") consent = Consent::Awaited;
  }
  return consent;
}

void finish_portouts(const store::Snapshot& snapshot, std::string_view order_id, api::Moment moment,
                     Effects& effects) {
  end_portouts(snapshot, order_id, "ported", moment, effects);
}

void cancel_portouts(const store::Snapshot& snapshot, std::string_view order_id, api::Moment moment,
                     Effects& effects) {
  end_portouts(snapshot, order_id, "canceled", moment, effects);
}

void declare_portouts(api::Registry& registry) {
  bind(registry, Op::UpdatePortoutStatus, answer);
  registry.workflow(std::string(kAdvancePortout), advance);
  registry.resource({
      .path = "/portouts",
      .collection = std::string(kPortouts),
      .item_path = "/portouts/{id}",
      .record_type = "portout",
      .indexes = {{.path = "_porting_order_id"}},
      .filters = {{"country_code", "_country"},
                  {"country_code_in", "_country", Compare::In},
                  {"phone_number", "phone_numbers", Compare::Has},
                  {"ported_out_at", "_ported_out_at"},
                  {"status_in", "status", Compare::In}},
  });
}

}  // namespace tandem::products::porting
