#include "products/common/connections.h"

namespace tandem::products {

void mirror_connection(api::Draft& draft, std::string_view name_field) {
  static constexpr std::string_view kSame[] = {"id",
                                               "record_type",
                                               "active",
                                               "created_at",
                                               "updated_at",
                                               "tags",
                                               "outbound",
                                               "webhook_event_url",
                                               "webhook_event_failover_url",
                                               "webhook_api_version"};
  const json::Value& connection = draft.document;
  json::Value entry;
  for (const std::string_view field : kSame) {
    const json::Value* value = connection.members().find(field);
    if (value) entry[field] = *value;
  }
  entry["connection_name"] = connection[name_field];
  entry["outbound_voice_profile_id"] = connection.at_path("outbound.outbound_voice_profile_id");
  entry.members().erase("outbound");
  draft.effects.put(std::string(kConnections), std::string(connection["id"].string()),
                    draft.call.account.id, entry, store::kAnyRevision, draft.call.now);
}

void unmirror_connection(api::Draft& draft) {
  draft.effects.remove(std::string(kConnections), std::string(draft.document["id"].string()));
}

api::Reference connection_reference(std::string field, std::string error) {
  return {.field = std::move(field),
          .collection = std::string(kConnections),
          .by = "id",
          .error = std::move(error)};
}

}  // namespace tandem::products
