#include <algorithm>
#include <set>
#include <string>

#include <fmt/format.h>

#include "api/resource_engine.h"
#include "contract/operations.h"
#include "core/e164.h"
#include "products/common/number_ports.h"
#include "products/common/steps.h"
#include "products/messaging/hosted.h"

namespace tandem::products::messaging {
namespace {

using api::ApiError;
using api::Call;
using api::Draft;
using api::Effects;
using api::Outcome;
using api::refuse;
using contract::Op;
using store::Compare;

constexpr size_t kMostNumbers = 100;
/// Numbers whose carrier is a mobile one, in the sandbox.
constexpr std::string_view kWireless = "0093";

/// Whether an order of anybody that is under way has the number.
bool is_ordered(const store::Snapshot& snapshot, std::string_view e164) {
  store::Query query;
  query.collection = kHostedOrders;
  query.where = {{"_open_numbers", Compare::Has, {std::string(e164)}}};
  query.limit = 1;
  return !snapshot.list(query).rows.empty();
}

std::string_view explained(std::string_view status) {
  constexpr std::pair<std::string_view, std::string_view> kWords[] = {
      {"ELIGIBLE", "The number can be hosted."},
      {"NUMBER_CAN_NOT_BE_REPEATED", "The number is named twice."},
      {"NUMBER_CAN_NOT_BE_WIRELESS", "The number belongs to a mobile carrier."},
      {"NUMBER_CAN_NOT_BE_ACTIVE_IN_YOUR_ACCOUNT", "The number is in your account."},
      {"NUMBER_CAN_NOT_HOSTED_WITH_A_TELNYX_SUBSCRIBER", "The number is hosted already."},
      {"NUMBER_CAN_NOT_BE_IN_TELNYX", "The number is another account's."},
      {"NUMBER_IS_NOT_A_US_NUMBER", "Numbers of the United States can be hosted."},
      {"NUMBER_IS_NOT_A_VALID_ROUTING_NUMBER", "No numbering plan has the number."}};
  for (const auto& [word, text] : kWords) {
    if (word == status) return text;
  }
  return status;
}

Outcome check_eligibility(const numbers::Inventory& inventory, const Call& call,
                          const store::Snapshot& snapshot) {
  json::Array checked;
  std::set<std::string> seen;
  for (const json::View asked : call.body["phone_numbers"].items()) {
    const std::string number(asked.string());
    const std::string_view status =
        seen.insert(number).second
            ? hosting_eligibility(inventory, snapshot, call.account.id, number)
            : "NUMBER_CAN_NOT_BE_REPEATED";
    checked.push_back(json::Value::object({{"phone_number", number},
                                           {"eligible", status == "ELIGIBLE"},
                                           {"eligible_status", status},
                                           {"detail", explained(status)}}));
  }
  json::Value body = json::Value::object();
  body.set("phone_numbers", std::move(checked));
  Effects effects;
  effects.reply = api::Reply::json(body.text());
  return effects;
}

/// How a number begins in an order.
std::string_view first_status(std::string_view eligibility) {
  if (eligibility == "ELIGIBLE") return "pending";
  if (eligibility == "NUMBER_CAN_NOT_BE_WIRELESS") return "failed_ineligible_carrier";
  if (eligibility == "NUMBER_IS_NOT_A_US_NUMBER" ||
      eligibility == "NUMBER_IS_NOT_A_VALID_ROUTING_NUMBER") {
    return "failed_number_not_found";
  }
  return "failed_number_already_hosted";
}

Result<void, ApiError> make_order(Draft& draft, const numbers::Inventory& inventory) {
  json::Value& order = draft.document;
  const json::View asked = draft.call.body["phone_numbers"];
  if (asked.size() == 0 || asked.size() > kMostNumbers) {
    return refuse(asked.size() == 0 ? "10004" : "10015", "An order has 1 to 100 numbers.",
                  "/phone_numbers");
  }
  json::Array numbers;
  json::Array open;
  json::Array ids;
  std::set<std::string> seen;
  for (const json::View item : asked.items()) {
    const std::string number(item.string());
    const std::string pointer = fmt::format("/phone_numbers/{}", numbers.size());
    if (!is_e164(number)) return refuse("10016", "This is no E.164 number.", pointer);
    if (!seen.insert(number).second) {
      return refuse("10015", "The number is named twice.", pointer);
    }
    const std::string_view status =
        first_status(hosting_eligibility(inventory, draft.snapshot, draft.call.account.id, number));
    const std::string id = draft.call.ids.uuid();
    numbers.push_back(json::Value::object({{"id", id},
                                           {"record_type", "messaging_hosted_number"},
                                           {"phone_number", number},
                                           {"status", status}}));
    ids.emplace_back(id);
    if (status == "pending") open.emplace_back(number);
  }
  order.set("status", open.empty() ? "failed" : "pending");
  order.set("phone_numbers", std::move(numbers));
  order.set("_open_numbers", std::move(open));
  order.set("_number_ids", std::move(ids));
  draft.effects.timers.push_back(document_timer(kExpireHosted, order["id"].string(),
                                                draft.call.account.id,
                                                draft.call.now + kHostedPatience));
  return {};
}

json::Value kept_file(const api::UploadedFile& file) {
  return json::Value::object({{"blob", file.blob},
                              {"filename", file.filename},
                              {"content_type", file.content_type},
                              {"size", static_cast<int64_t>(file.size)}});
}

/// The letter and the bill may come together or one by one; with both the order goes on.
Outcome upload(const api::Registry& registry, const Call& call, const store::Snapshot& snapshot) {
  const api::ResourceEngine* orders = registry.engine(kHostedOrders);
  const auto row = orders->find(call, snapshot, call.param("id"));
  if (!row) return tl::unexpected(row.error());
  json::Value order = api::document_of(*row);
  const std::string_view status = order["status"].string();
  if (status != "pending" && status != "loa_file_invalid") {
    return refuse("10015", "The order does not wait for files any more.");
  }
  if (call.files.empty()) return refuse("10004", "Send the letter, the bill or both.", "/loa");
  bool readable = true;
  for (const api::UploadedFile& file : call.files) {
    if (file.field != "loa" && file.field != "bill") continue;
    readable = readable && file.content_type == "application/pdf" && file.size > 0;
    order.set("_" + file.field, kept_file(file));
  }
  const bool complete = order["_loa"].is_object() && order["_bill"].is_object();
  Effects effects;
  if (!readable) {
    order.set("status", "loa_file_invalid");
  } else {
    order.set("status", complete ? "loa_file_successful" : "pending");
    if (complete) effects.timers.push_back(hosted_timer(row->id, row->account, call.now));
  }
  orders->put(*row, order, call.now, effects);
  effects.reply = orders->reply(call, snapshot, order);
  return effects;
}

/// Takes a number out of service; true when it was there.
bool end_number(json::Value& number, const store::Snapshot& snapshot, std::string_view account,
                Effects& effects) {
  const std::string status(number["status"].string());
  if (status == "deleted") return false;
  if (status == "successful") {
    stop_hosting(snapshot, account, number["phone_number"].string(), effects);
  }
  number.set("status", "deleted");
  return true;
}

void keep_open_numbers(json::Value& order) {
  json::Array open;
  for (const json::Value& number : order["phone_numbers"].items()) {
    const std::string_view status = number["status"].string();
    if (status == "pending" || status == "provisioning") open.push_back(number["phone_number"]);
  }
  order.set("_open_numbers", std::move(open));
}

Outcome delete_order(const api::Registry& registry, const Call& call,
                     const store::Snapshot& snapshot) {
  const api::ResourceEngine* orders = registry.engine(kHostedOrders);
  const auto row = orders->find(call, snapshot, call.param("id"));
  if (!row) return tl::unexpected(row.error());
  json::Value order = api::document_of(*row);
  Effects effects;
  for (json::Value& number : order.member("phone_numbers").items()) {
    end_number(number, snapshot, row->account, effects);
  }
  order.set("status", "deleted");
  effects.remove(std::string(kHostedOrders), row->id, row->revision);
  effects.reply = orders->reply(call, snapshot, order);
  return effects;
}

std::optional<store::Row> order_of_number(const Call& call, const store::Snapshot& snapshot) {
  store::Query query;
  query.collection = kHostedOrders;
  query.account = call.account.id;
  query.where = {{"_number_ids", Compare::Has, {std::string(call.param("id"))}}};
  query.limit = 1;
  auto rows = snapshot.list(query).rows;
  if (rows.empty()) return std::nullopt;
  return std::move(rows.front());
}

Outcome delete_number(const api::Registry& registry, const Call& call,
                      const store::Snapshot& snapshot) {
  const auto row = order_of_number(call, snapshot);
  if (!row) return tl::unexpected(ApiError::not_found("You have no hosted number of this id."));
  json::Value order = api::document_of(*row);
  Effects effects;
  for (json::Value& number : order.member("phone_numbers").items()) {
    if (number["id"].string() != call.param("id")) continue;
    if (!end_number(number, snapshot, row->account, effects)) {
      return tl::unexpected(ApiError::not_found("The number was deleted before."));
    }
  }
  keep_open_numbers(order);
  const api::ResourceEngine* orders = registry.engine(kHostedOrders);
  orders->put(*row, order, call.now, effects);
  effects.reply = orders->reply(call, snapshot, order);
  return effects;
}

}  // namespace

std::string_view hosting_eligibility(const numbers::Inventory& inventory,
                                     const store::Snapshot& snapshot, std::string_view account,
                                     std::string_view e164) {
  const auto number = look_up_portable(inventory, snapshot, e164);
  if (!number) {
    return e164.starts_with("+1") ? "NUMBER_IS_NOT_A_VALID_ROUTING_NUMBER"
                                  : "NUMBER_IS_NOT_A_US_NUMBER";
  }
  if (number->country != "US") return "NUMBER_IS_NOT_A_US_NUMBER";
  if (is_ordered(snapshot, e164)) return "NUMBER_CAN_NOT_HOSTED_WITH_A_TELNYX_SUBSCRIBER";
  if (number->owner == account) return "NUMBER_CAN_NOT_BE_ACTIVE_IN_YOUR_ACCOUNT";
  if (!number->owner.empty()) return "NUMBER_CAN_NOT_BE_IN_TELNYX";
  if (e164.ends_with(kWireless)) return "NUMBER_CAN_NOT_BE_WIRELESS";
  return "ELIGIBLE";
}

api::Timer hosted_timer(std::string_view order, std::string_view account, WallTime now) {
  return document_timer(kAdvanceHosted, order, account, now + kHostedDecision);
}

void declare_hosted_orders(api::Registry& registry, const numbers::Inventory& inventory) {
  const auto bind =
      [&](Op op, Outcome (*handle)(const api::Registry&, const Call&, const store::Snapshot&)) {
        registry.bind(op, [&registry, handle](const Call& call, const store::Snapshot& snapshot) {
          return handle(registry, call, snapshot);
        });
      };
  registry.bind(Op::CheckEligibilityNumbers,
                [&inventory](const Call& call, const store::Snapshot& snapshot) {
                  return check_eligibility(inventory, call, snapshot);
                });
  bind(Op::UploadMessagingHostedNumberOrderFile, upload);
  bind(Op::DeleteMessagingHostedNumberOrder, delete_order);
  bind(Op::DeleteMessagingHostedNumber, delete_number);
  registry.resource(
      {.path = "/messaging_hosted_number_orders",
       .collection = std::string(kHostedOrders),
       .record_type = "messaging_hosted_number_order",
       .references = {{"messaging_profile_id", "messaging_profiles"}},
       .on_create = [&inventory](Draft& draft) { return make_order(draft, inventory); }});
}

}  // namespace tandem::products::messaging
