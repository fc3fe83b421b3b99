#include <fmt/format.h>

#include "api/resource_engine.h"
#include "products/common/steps.h"
#include "products/numbers/carriers.h"
#include "products/numbers/inventory.h"
#include "products/numbers/numbers.h"

// Customer service records: what the present operator of a North American number knows of its
// subscriber, asked for before a port. Some operators want to be told something first.

namespace tandem::products::numbers {
namespace {

using api::ApiError;
using api::Call;
using api::Draft;
using api::Effects;
using api::Outcome;
using api::refuse;

constexpr std::string_view kRecords = "customer_service_records";
constexpr std::string_view kAnswer = "numbers.answer_service_record";
constexpr auto kAnswerTime = std::chrono::seconds(2);
constexpr size_t kMostNumbers = 100;  // asked about at once

/// Whether an operator gives records of the number: those of North American places do.
bool is_covered(const std::optional<Number>& number) {
  return number && number->block->calling_code == "1" && number->block->type == NumberType::Local;
}

/// What the operator wants to be told: one in four does.
std::vector<std::string_view> wanted_data(const Number& number) {
  if ((character_of(number.phone_number) >> 12) % 4 != 0) return {};
  return {"account_number", "pin"};
}

Result<void, ApiError> ask(Draft& draft, const Inventory& inventory) {
  json::Value& record = draft.document;
  const auto number = inventory.find(record["phone_number"].string());
  if (!number) return refuse("10016", "No numbering plan has this number.", "/phone_number");
  if (is_covered(number)) {
    const json::View given = draft.call.body["additional_data"];
    for (const std::string_view name : wanted_data(*number)) {
      if (!given[name].string().empty()) continue;
      return refuse("10004", fmt::format("The operator of this number wants its {}.", name),
                    fmt::format("/additional_data/{}", name));
    }
  }
  record.set("status", "pending");
  draft.effects.timers.push_back(document_timer(
      kAnswer, record["id"].string(), draft.call.account.id, draft.call.now + kAnswerTime));
  return {};
}

/// `name` of what the client told, else `otherwise`.
std::string told(const json::Value& record, std::string_view name, std::string otherwise) {
  const std::string_view given = record["additional_data"][name].string();
  return given.empty() ? otherwise : std::string(given);
}

json::Value result_of(const json::Value& record, const Number& number) {
  const Block& block = *number.block;
  const uint64_t character = character_of(number.phone_number);
  constexpr uint64_t kHouses = 900, kAccounts = 1'000'000'000;
  const std::string street =
      told(record, "address_line_1", fmt::format("{} Main St", 100 + character % kHouses));
  const std::string city = told(record, "city", block.locality);
  const std::string state = told(record, "state", block.area);
  json::Value address = json::Value::object(
      {{"street_address", street}, {"locality", city}, {"administrative_area", state}});
  std::string full = fmt::format("{}; {}; {}", street, city, state);
  if (const std::string zip = told(record, "zip_code", ""); !zip.empty()) {
    address.set("postal_code", zip);
    full += "; " + zip;
  }
  address.set("full_address", full);
  json::Value admin = json::Value::object(
      {{"account_number",
        told(record, "account_number", fmt::format("{:09}", (character >> 16) % kAccounts))},
       {"billing_phone_number", told(record, "billing_phone_number", number.phone_number)},
       {"name", told(record, "name", "Sandbox Subscriber")},
       {"authorized_person_name", told(record, "authorized_person_name", "Sandbox Subscriber")}});
  return json::Value::object(
      {{"carrier_name", carrier_of(number).name},
       {"address", std::move(address)},
       {"admin", std::move(admin)},
       {"associated_phone_numbers", json::Value::array({number.phone_number})}});
}

void tell(const StepDocument& record, const api::Step& step, Effects& effects) {
  events::Event event;
  event.id = step.ids.uuid();
  event.account = record.row.account;
  event.type = "customer_service_record.status_changed";
  event.subject = record.row.id;
  event.payload = json::Value::object({{"id", record.row.id},
                                       {"phone_number", record.fields["phone_number"]},
                                       {"status", record.fields["status"]},
                                       {"updated_at", to_iso8601(step.now)}})
                      .text();
  event.occurred_at = step.now;
  event.target.url = record.fields["webhook_url"].string();
  effects.events.push_back(std::move(event));
}

Effects answer(const Inventory& inventory, const api::Step& step, const store::Snapshot& snapshot) {
  Effects effects;
  auto record = step_document(step, snapshot, kRecords);
  if (!record || record->fields["status"].string() != "pending") return effects;
  const auto number = inventory.find(record->fields["phone_number"].string());
  if (is_covered(number)) {
    record->fields.set("result", result_of(record->fields, *number));
    record->fields.set("status", "completed");
  } else {
    record->fields.set("error_message", "No record of this number can be had.");
    record->fields.set("status", "failed");
  }
  put_back(kRecords, *record, step.now, effects);
  tell(*record, step, effects);
  return effects;
}

json::Value coverage_of(const Inventory& inventory, std::string_view phone_number) {
  const auto number = inventory.find(phone_number);
  const bool covered = is_covered(number);
  json::Array wanted;
  if (covered) {
    for (const std::string_view name : wanted_data(*number)) wanted.emplace_back(name);
  }
  json::Value line =
      json::Value::object({{"record_type", "customer_service_record_phone_number_coverage"},
                           {"phone_number", phone_number},
                           {"has_csr_coverage", covered},
                           {"additional_data_required", std::move(wanted)}});
  if (!number) line.set("reason", fmt::format("The phone number '{}' is invalid.", phone_number));
  if (number && !covered) line.set("reason", "Operators keep records of local numbers only.");
  return line;
}

Outcome check_coverage(const Inventory& inventory, const Call& call) {
  const json::View asked = call.body["phone_numbers"];
  if (asked.size() > kMostNumbers) {
    return refuse("10015", fmt::format("At most {} numbers are asked about.", kMostNumbers),
                  "/phone_numbers");
  }
  json::Array data;
  for (const json::View item : asked.items()) {
    data.push_back(coverage_of(inventory, item.string()));
  }
  Effects effects;
  effects.reply = api::Reply::json(json::Value::object({{"data", std::move(data)}}).text());
  return effects;
}

}  // namespace

void declare_service_records(api::Registry& registry, const Inventory& inventory) {
  registry.resource({.path = "/customer_service_records",
                     .collection = std::string(kRecords),
                     .record_type = "customer_service_record",
                     .on_create = [&inventory](Draft& draft) { return ask(draft, inventory); }});
  registry.bind(contract::Op::VerifyPhoneNumberCoverage,
                [&inventory](const Call& call, const store::Snapshot&) {
                  return check_coverage(inventory, call);
                });
  registry.workflow(std::string(kAnswer),
                    [&inventory](const api::Step& step, const store::Snapshot& snapshot) {
                      return answer(inventory, step, snapshot);
                    });
}

}  // namespace tandem::products::numbers
