#include <algorithm>
#include <string>

#include "api/resource_engine.h"
#include "contract/operations.h"
#include "products/common/owned_numbers.h"
#include "products/common/steps.h"
#include "products/sip/external.h"

// Tickets by which numbers are handed to an external connection: taken, worked on, then done or
// failed, number by number. A number that was handed to another connection is released there.

namespace tandem::products::sip {
namespace {

using api::ApiError;
using api::Call;
using api::Draft;
using api::Effects;
using api::Outcome;
using api::refuse;
using contract::Op;

constexpr std::string_view kAdvance = "sip.advance_external_upload";
constexpr auto kStepTime = std::chrono::seconds(5);
constexpr size_t kMostNumbers = 1'000;  // of one ticket

bool is_open(const json::Value& upload) {
  const std::string_view status = upload["status"].string();
  return status == "pending_upload" || status == "pending" || status == "in_progress";
}

api::Timer next_step(const json::Value& upload, std::string_view account, WallTime due) {
  return document_timer(kAdvance, upload["ticket_id"].string(), account, due);
}

/// Where the numbers shall be: the location, the address's default, the connection's default.
Result<std::optional<Place>, ApiError> choose_place(const Draft& draft,
                                                    std::string_view connection_id) {
  const std::string_view location = draft.call.body["location_id"].string();
  const std::string_view address = draft.call.body["civic_address_id"].string();
  const std::string& account = draft.call.account.id;
  auto place = location.empty() && !address.empty()
                   ? default_place(draft.snapshot, account, connection_id, address)
                   : find_place(draft.snapshot, account, connection_id, location);
  if (!place && !location.empty()) {
    return refuse("10017", "The connection has no location of this id.", "/location_id");
  }
  if (!place && !address.empty()) {
    return refuse("10017", "The connection has no civic address of this id.", "/civic_address_id");
  }
  return place;
}

Result<json::Value, ApiError> make_entries(const Draft& draft, const std::optional<Place>& place,
                                           std::vector<std::string>& phone_numbers) {
  json::Value entries = json::Value::array();
  const auto ids = draft.call.body["number_ids"].items();
  size_t index = 0;
  for (const json::View id : ids) {
    const std::string pointer = "/number_ids/" + std::to_string(index++);
    const auto row = api::find_own(draft.snapshot, draft.call.account, kPhoneNumbers, id.string());
    if (!row) return refuse("10017", "Your account has no number of this id.", pointer);
    const json::Value number = api::document_of(*row);
    const std::string phone_number(number["phone_number"].string());
    if (std::find(phone_numbers.begin(), phone_numbers.end(), phone_number) !=
        phone_numbers.end()) {
      return refuse("10022", "This number is named twice.", pointer);
    }
    phone_numbers.push_back(phone_number);
    json::Value entry = json::Value::object({{"number_id", row->id},
                                             {"phone_number", phone_number},
                                             {"status", "pending_upload"},
                                             {"internal_status", "pending_assignment"}});
    if (place) {
      entry.set("civic_address_id", place->civic_address_id);
      entry.set("location_id", place->location_id);
    }
    entries.push(std::move(entry));
  }
  return entries;
}

json::Value usages_of(const Call& call) {
  json::Value usages = json::Value::array({call.body["usage"].string("calling_user_assignment")});
  for (const json::View usage : call.body["additional_usages"].items()) {
    const bool known = std::any_of(usages.items().begin(), usages.items().end(),
                                   [&](const auto& one) { return one.string() == usage.string(); });
    if (!known) usages.push(usage.string());
  }
  return usages;
}

Result<void, ApiError> take(Draft& draft) {
  json::Value& upload = draft.document;
  const size_t count = draft.call.body["number_ids"].size();
  if (count == 0) return refuse("10004", "A ticket is about numbers.", "/number_ids");
  if (count > kMostNumbers) return refuse("10033", "These are too many numbers.", "/number_ids");
  const std::string_view connection_id = upload[kOfConnection].string();
  const auto place = choose_place(draft, connection_id);
  if (!place) return tl::unexpected(place.error());
  std::vector<std::string> phone_numbers;
  auto entries = make_entries(draft, *place, phone_numbers);
  if (!entries) return tl::unexpected(entries.error());
  upload.set("tn_upload_entries", std::move(*entries));
  upload.set("available_usages", usages_of(draft.call));
  upload.set("status", "pending_upload");
  index_numbers(phone_numbers, upload);
  json::Value addresses = json::Value::array();
  if (*place) {
    upload.set("location_id", (*place)->location_id);
    addresses.push((*place)->civic_address_id);
  }
  upload.set("_civic_address_ids", std::move(addresses));
  const auto connection = draft.snapshot.get(kExternalConnections, connection_id);
  const json::Value tenant = api::document_of(*connection)["_tenant_id"];
  if (!tenant.is_null()) upload.set("tenant_id", tenant);
  draft.effects.timers.push_back(
      next_step(upload, draft.call.account.id, draft.call.now + kStepTime));
  draft.effects.reply = api::Reply::json(
      json::Value::object({{"ticket_id", upload["ticket_id"]}, {"success", true}}).text(), 202);
  return {};
}

/// What a number may be used for where it was handed over.
json::Value capabilities_of(const json::Value& upload) {
  json::Value all = json::Value::array({"InboundCalling", "OutboundCalling"});
  for (const json::Value& usage : upload["available_usages"].items()) {
    const bool user = usage.string() == "calling_user_assignment";
    all.push(user ? "UserAssignment" : "FirstPartyAppAssignment");
  }
  return all;
}

/// The number leaves the connection it was handed to before: a ticket there says so.
void release(const api::Registry& registry, const api::Step& step, const store::Row& held,
             const json::Value& number, Effects& effects) {
  json::Value ticket =
      json::Value::object({{"status", "complete"}, {kOfConnection, number[kOfConnection]}});
  ticket.set(
      "telephone_numbers",
      json::Value::array({json::Value::object(
          {{"number_id", number["number_id"]}, {"phone_number", number["telephone_number"]}})}));
  index_numbers({std::string(number["telephone_number"].string())}, ticket);
  for (const auto& [index, name] : {std::pair{"_civic_address_ids", "civic_address_id"},
                                    std::pair{"_location_ids", "location_id"}}) {
    json::Value ids = json::Value::array();
    if (number[name].is_string()) ids.push(number[name]);
    ticket.set(index, std::move(ids));
  }
  const api::ResourceEngine* releases = registry.engine(kReleases);
  const json::Value made = releases->make({step.now, step.ids}, ticket);
  releases->put_new(held.account, step.now, made, effects);
}

void hand_over(const api::Registry& registry, const api::Step& step,
               const store::Snapshot& snapshot, const StepDocument& upload, const store::Row& owned,
               json::Value& entry, Effects& effects) {
  const api::ResourceEngine* numbers = registry.engine(kExternalNumbers);
  const std::string key = numbers->key({upload.row.account, {}, {}}, entry["number_id"].string());
  if (const auto held = snapshot.get(kExternalNumbers, key)) {
    const json::Value before = api::document_of(*held);
    const bool elsewhere = before[kOfConnection].string() != upload.fields[kOfConnection].string();
    if (elsewhere) release(registry, step, *held, before, effects);
  }
  json::Value number =
      json::Value::object({{"number_id", entry["number_id"]},
                           {"telephone_number", entry["phone_number"]},
                           {"ticket_id", upload.fields["ticket_id"]},
                           {"acquired_capabilities", capabilities_of(upload.fields)},
                           {kOfConnection, upload.fields[kOfConnection]}});
  number.set("displayed_country_code", api::document_of(owned)["country_iso_alpha2"]);
  for (const char* name : {"civic_address_id", "location_id"}) {
    if (!entry[name].is_null()) number.set(name, entry[name]);
  }
  effects.put(std::string(kExternalNumbers), key, upload.row.account,
              numbers->make({step.now, step.ids}, number), store::kAnyRevision, step.now);
  entry.set("status", "success");
  entry.set("internal_status", "all_internal_jobs_completed");
}

void fail_entry(const api::Step& step, const StepDocument& upload, json::Value& entry,
                Effects& effects) {
  constexpr const char* kGone = "The number is no longer one of the account.";
  entry.set("status", "error");
  entry.set("internal_status", "error");
  entry.set("error_code", "internal_error");
  entry.set("error_message", kGone);
  log_failure({step.now, step.ids}, upload.row.account, upload.fields[kOfConnection].string(),
              entry["phone_number"].string(), upload.fields["ticket_id"].string(), kGone, effects);
}

/// Hands over what can be; what was done in an earlier try stays.
void finish(const api::Registry& registry, const api::Step& step, const store::Snapshot& snapshot,
            StepDocument& upload, Effects& effects) {
  size_t failed = 0;
  auto& entries = upload.fields.member("tn_upload_entries").items();
  for (json::Value& entry : entries) {
    if (entry["status"].string() == "success") continue;
    const auto owned = snapshot.get(kPhoneNumbers, entry["number_id"].string());
    if (owned && owned->account == upload.row.account) {
      hand_over(registry, step, snapshot, upload, *owned, entry, effects);
    } else {
      fail_entry(step, upload, entry, effects);
      ++failed;
    }
  }
  const bool all = failed == entries.size();
  upload.fields.set("status", failed == 0 ? "success" : all ? "error" : "partial_success");
  if (failed == 0) return;
  upload.fields.set("error_code", "internal_error");
  upload.fields.set("error_message", std::to_string(failed) + " numbers were not handed over.");
}

Effects advance(const api::Registry& registry, const api::Step& step,
                const store::Snapshot& snapshot) {
  Effects effects;
  auto upload = step_document(step, snapshot, kUploads);
  if (!upload || !is_open(upload->fields)) return effects;
  if (upload->fields["status"].string() == "in_progress") {
    finish(registry, step, snapshot, *upload, effects);
  } else {
    upload->fields.set("status", "in_progress");
    for (json::Value& entry : upload->fields.member("tn_upload_entries").items()) {
      if (entry["status"].string() == "success") continue;
      entry.set("status", "in_progress");
      entry.set("internal_status", "in_progress");
    }
    effects.timers.push_back(next_step(upload->fields, upload->row.account, step.now + kStepTime));
  }
  put_back(kUploads, *upload, step.now, effects);
  return effects;
}

/// What failed is tried again.
Outcome retry(const api::Registry& registry, const Call& call, const store::Snapshot& snapshot) {
  const api::ResourceEngine* uploads = registry.engine(kUploads);
  const auto row = uploads->find(call, snapshot, call.param("ticket_id"));
  if (!row) return tl::unexpected(row.error());
  json::Value upload = api::document_of(*row);
  if (upload[kOfConnection].string() != call.param("id")) {
    return tl::unexpected(ApiError::not_found());
  }
  if (is_open(upload)) return refuse("10036", "The ticket is still being worked on.");
  if (upload["status"].string() == "success") {
    return refuse("10027", "Nothing of this ticket failed.");
  }
  for (json::Value& entry : upload.member("tn_upload_entries").items()) {
    if (entry["status"].string() != "error") continue;
    entry.set("status", "pending_upload");
    entry.set("internal_status", "pending_assignment");
    entry.members().erase("error_code");
    entry.members().erase("error_message");
  }
  upload.set("status", "pending_upload");
  upload.members().erase("error_code");
  upload.members().erase("error_message");
  Effects effects;
  effects.timers.push_back(next_step(upload, call.account.id, call.now + kStepTime));
  uploads->put(*row, upload, call.now, effects);
  effects.reply = uploads->reply(call, snapshot, upload);
  return effects;
}

/// The open tickets of the connection in the path.
Result<std::vector<json::Value>, ApiError> open_uploads(const Call& call,
                                                        const store::Snapshot& snapshot) {
  const auto connection =
      api::find_own(snapshot, call.account, kExternalConnections, call.param("id"));
  if (!connection) return tl::unexpected(connection.error());
  std::vector<json::Value> open;
  for (const store::Row& row :
       rows_of_connection(snapshot, kUploads, call.account.id, connection->id)) {
    json::Value upload = api::document_of(row);
    if (is_open(upload)) open.push_back(std::move(upload));
  }
  return open;
}

/// Open tickets are looked at again at once.
Outcome refresh(const Call& call, const store::Snapshot& snapshot) {
  const auto uploads = open_uploads(call, snapshot);
  if (!uploads) return tl::unexpected(uploads.error());
  Effects effects;
  for (const json::Value& upload : *uploads) {
    effects.timers.push_back(next_step(upload, call.account.id, call.now));
  }
  effects.reply = api::Reply::json(R"({"success":true})");
  return effects;
}

Outcome show_status(const Call& call, const store::Snapshot& snapshot) {
  const auto uploads = open_uploads(call, snapshot);
  if (!uploads) return tl::unexpected(uploads.error());
  int64_t numbers = 0;
  for (const json::Value& upload : *uploads) {
    for (const json::Value& entry : upload["tn_upload_entries"].items()) {
      numbers += entry["status"].string() == "success" ? 0 : 1;
    }
  }
  Effects effects;
  effects.reply = api::Reply::data(
      json::Value::object({{"pending_numbers_count", numbers},
                           {"pending_orders_count", static_cast<int64_t>(uploads->size())}}));
  return effects;
}

}  // namespace

void declare_external_uploads(api::Registry& registry) {
  registry.bind(Op::RefreshExternalConnectionUploads, refresh);
  registry.bind(Op::GetExternalConnectionUploadsStatus, show_status);
  registry.bind(Op::RetryUpload, [&registry](const Call& call, const store::Snapshot& snapshot) {
    return retry(registry, call, snapshot);
  });
  registry.workflow(std::string(kAdvance),
                    [&registry](const api::Step& step, const store::Snapshot& snapshot) {
                      return advance(registry, step, snapshot);
                    });
  registry.resource({.path = "/external_connections/{id}/uploads",
                     .collection = std::string(kUploads),
                     .id_field = "ticket_id",
                     .parent_field = kOfConnection,
                     .parent_collection = std::string(kExternalConnections),
                     .filters = {{"phone_number", ""}, {"civic_address_id", ""}},
                     .on_create = take,
                     .on_list = narrow_tickets});
}

}  // namespace tandem::products::sip
