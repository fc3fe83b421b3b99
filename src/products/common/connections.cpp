#include "products/common/connections.h"

#include "products/common/owned_numbers.h"

namespace tandem::products {
namespace {

/// What is kept under the id of a connection, and means nothing without it: secrets of others, all
/// of it.
constexpr std::string_view kKeptWithConnections[] = {"custom_storage_credentials",
                                                     "dialogflow_connections"};

}  // namespace

void mirror_connection(api::Draft& draft, std::string_view name_field) {
  mirror_connection(draft.document, name_field, draft.call.account.id, draft.call.now,
                    draft.effects);
}

void mirror_connection(const json::Value& connection, std::string_view name_field,
                       std::string_view account, WallTime now, api::Effects& effects) {
  static constexpr std::string_view kSame[] = {"id",
                                               "record_type",
                                               "active",
                                               "created_at",
                                               "updated_at",
                                               "tags",
                                               "outbound",
                                               "webhook_event_url",
                                               "webhook_event_failover_url",
                                               "webhook_api_version",
                                               "_asked_version"};
  json::Value entry;
  for (const std::string_view field : kSame) {
    const json::Value* value = connection.members().find(field);
    if (value) entry.set(field, *value);
  }
  entry.set("connection_name", connection[name_field]);
  const json::Value& profile = connection.at_path("outbound.outbound_voice_profile_id");
  if (profile.is_string()) entry.set("outbound_voice_profile_id", profile);
  entry.members().erase("outbound");
  effects.put(std::string(kConnections), std::string(connection["id"].string()),
              std::string(account), entry, store::kAnyRevision, now);
}

api::Resource connection_resource(std::string path, std::string record_type,
                                  std::string name_field) {
  const auto mirror = [name_field](api::Draft& draft) -> Result<void, api::ApiError> {
    mirror_connection(draft, name_field);
    return {};
  };
  const auto forget = [](api::Draft& draft) -> Result<void, api::ApiError> {
    const std::string id(draft.document["id"].string());
    draft.effects.remove(std::string(kConnections), id);
    for (const std::string_view collection : kKeptWithConnections) {
      draft.effects.remove(std::string(collection), id);
    }
    return {};
  };
  return {.path = std::move(path),
          .record_type = std::move(record_type),
          .id = api::IdKind::Number,
          .unique = {name_field},
          .references = {{"outbound.outbound_voice_profile_id", "outbound_voice_profiles"}},
          .used_by = {{std::string(kPhoneNumbers), "connection_id"}},
          .filters = {{"outbound_voice_profile_id", "outbound.outbound_voice_profile_id"}},
          .on_create = mirror,
          .on_update = mirror,
          .on_delete = forget};
}

api::Reference connection_reference(std::string field, std::string error) {
  return {.field = std::move(field),
          .collection = std::string(kConnections),
          .by = "id",
          .error = std::move(error)};
}

}  // namespace tandem::products
