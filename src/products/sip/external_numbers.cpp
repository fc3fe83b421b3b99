#include <string>

#include "api/resource_engine.h"
#include "contract/operations.h"
#include "products/sip/external.h"

// Numbers handed to an external connection, the tickets of those that left it, and what went wrong.

namespace tandem::products::sip {
namespace {

using api::ApiError;
using api::Call;
using api::Draft;
using api::Effects;
using api::Outcome;
using contract::Op;
using store::Compare;

constexpr int64_t kMostRows = 10'000;  // of one connection

std::optional<Place> place_in(const json::Value& office, std::string_view location_id) {
  for (const json::Value& location : office["locations"].items()) {
    const bool wanted = location_id.empty() ? location["is_default"].boolean()
                                            : location["id"].string() == location_id;
    if (wanted) {
      return Place{std::string(office["id"].string()), std::string(location["id"].string())};
    }
  }
  return std::nullopt;
}

/// A number moves between locations of its connection only.
Result<void, ApiError> move_number(Draft& draft) {
  const std::string_view location = draft.call.body["location_id"].string();
  if (location.empty()) return {};
  const auto place = find_place(draft.snapshot, draft.call.account.id,
                                draft.document[kOfConnection].string(), location);
  if (!place) {
    return api::refuse("10017", "The connection has no location of this id.", "/location_id");
  }
  draft.document.set("civic_address_id", place->civic_address_id);
  return {};
}

/// The contract answers one message in a list.
Outcome show_message(const api::Registry& registry, const Call& call,
                     const store::Snapshot& snapshot) {
  const api::ResourceEngine* messages = registry.engine(kLogMessages);
  const auto row = messages->find(call, snapshot, call.param("id"));
  if (!row) return tl::unexpected(row.error());
  json::Value body = json::Value::object();
  body.set("log_messages",
           json::Value::array({messages->shown(call, snapshot, api::document_of(*row))}));
  Effects effects;
  effects.reply = api::Reply::json(body.text());
  return effects;
}

Result<void, ApiError> delete_message(Draft& draft) {
  draft.effects.reply = api::Reply::json(R"({"success":true})", 200);
  return {};
}

}  // namespace

std::vector<store::Row> rows_of_connection(const store::Snapshot& snapshot,
                                           std::string_view collection, std::string_view account,
                                           std::string_view connection_id) {
  store::Query query;
  query.collection = collection;
  query.account = std::string(account);
  query.where = {{kOfConnection, Compare::Eq, {std::string(connection_id)}}};
  query.limit = kMostRows;
  return snapshot.list(query).rows;
}

std::optional<Place> find_place(const store::Snapshot& snapshot, std::string_view account,
                                std::string_view connection_id, std::string_view location_id) {
  for (const store::Row& row :
       rows_of_connection(snapshot, kCivicAddresses, account, connection_id)) {
    if (auto place = place_in(api::document_of(row), location_id)) return place;
  }
  return std::nullopt;
}

std::optional<Place> default_place(const store::Snapshot& snapshot, std::string_view account,
                                   std::string_view connection_id,
                                   std::string_view civic_address_id) {
  const auto row = snapshot.get(kCivicAddresses, civic_address_id);
  if (!row || row->account != account) return std::nullopt;
  const json::Value office = api::document_of(*row);
  if (office[kOfConnection].string() != connection_id) return std::nullopt;
  return place_in(office, {});
}

void drop_connection(api::Draft& draft) {
  const std::string_view id = draft.document["id"].string();
  for (const std::string_view collection :
       {kCivicAddresses, kExternalNumbers, kUploads, kReleases, kLogMessages}) {
    for (const store::Row& row :
         rows_of_connection(draft.snapshot, collection, draft.call.account.id, id)) {
      draft.effects.remove(std::string(collection), row.id, row.revision);
    }
  }
}

void log_failure(api::Moment moment, std::string_view account, std::string_view connection_id,
                 std::string_view phone_number, std::string_view ticket_id, std::string_view detail,
                 api::Effects& effects) {
  const std::string id = moment.ids.number();
  const json::Value meta = json::Value::object({{"external_connection_id", connection_id},
                                                {"telephone_number", phone_number},
                                                {"ticket_id", ticket_id}});
  effects.put(std::string(kLogMessages), id, std::string(account),
              json::Value::object({{"id", id},
                                   {"code", "10027"},
                                   {"title", "Unprocessable Entity"},
                                   {"detail", detail},
                                   {"meta", meta},
                                   {kOfConnection, connection_id}}),
              store::kNew, moment.now);
}

Result<void, ApiError> check_connection(const Call& call, const store::Snapshot& snapshot,
                                        store::Query&) {
  const auto connection =
      api::find_own(snapshot, call.account, kExternalConnections, call.param("id"));
  if (!connection) return tl::unexpected(connection.error());
  return {};
}

Result<void, ApiError> narrow_tickets(const Call& call, const store::Snapshot& snapshot,
                                      store::Query& query) {
  if (auto there = check_connection(call, snapshot, query); !there) return there;
  for (const store::Condition& asked : call.query.filters) {
    if (asked.path == "phone_number") {
      const bool part = asked.compare == Compare::Contains;
      query.where.push_back({part ? "_numbers" : "_phone_numbers",
                             part ? asked.compare : Compare::Has, asked.values});
    } else if (asked.path == "civic_address_id") {
      query.where.push_back({"_civic_address_ids", Compare::Has, asked.values});
    }
  }
  return {};
}

void index_numbers(const std::vector<std::string>& phone_numbers, json::Value& ticket) {
  json::Value all = json::Value::array();
  std::string text;
  for (const std::string& number : phone_numbers) {
    all.push(number);
    text.append(number).append(" ");
  }
  ticket.set("_phone_numbers", std::move(all));
  ticket.set("_numbers", std::move(text));
}

void declare_external_numbers(api::Registry& registry) {
  registry.resource({.path = "/external_connections/{id}/phone_numbers",
                     .collection = std::string(kExternalNumbers),
                     .id = api::IdKind::Field,
                     .id_field = "number_id",
                     .parent_field = kOfConnection,
                     .parent_collection = std::string(kExternalConnections),
                     .filters = {{"phone_number", "telephone_number"}},
                     .on_update = move_number,
                     .on_list = check_connection});
  registry.resource({.path = "/external_connections/{id}/releases",
                     .collection = std::string(kReleases),
                     .id_field = "ticket_id",
                     .parent_field = kOfConnection,
                     .parent_collection = std::string(kExternalConnections),
                     .filters = {{"phone_number", ""},
                                 {"civic_address_id", ""},
                                 {"location_id", "_location_ids", Compare::Has}},
                     .on_list = narrow_tickets});
  registry.bind(Op::GetExternalConnectionLogMessage,
                [&registry](const Call& call, const store::Snapshot& snapshot) {
                  return show_message(registry, call, snapshot);
                });
  registry.resource({.path = "/external_connections/log_messages",
                     .collection = std::string(kLogMessages),
                     .id = api::IdKind::Number,
                     .indexes = {{.path = kOfConnection}},
                     .filters = {{"external_connection_id", "meta.external_connection_id"},
                                 {"telephone_number", "meta.telephone_number"}},
                     .on_delete = delete_message});
}

}  // namespace tandem::products::sip
