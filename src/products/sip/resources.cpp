#include "products/sip/sip.h"

namespace tandem::products::sip {
namespace {

/// How many connections send their calls through the profile.
void count_connections(const api::Call& call, const store::Snapshot& snapshot,
                       json::Value& profile) {
  store::Query query;
  query.collection = "connections";
  query.account = call.account.id;
  query.where = {
      {"outbound_voice_profile_id", store::Compare::Eq, {std::string(profile["id"].string())}}};
  profile.set("connections_count", snapshot.count(query));
}

}  // namespace

void declare(api::Registry& registry, const Services& services) {
  registry.collection(
      {"connections", {{.path = "outbound_voice_profile_id"}, {.path = "connection_name"}}});
  registry.resource({
      .path = "/outbound_voice_profiles",
      .record_type = "outbound_voice_profile",
      .id = api::IdKind::Number,
      .defaults = R"({"whitelisted_destinations":["US","CA"],"tags":[]})",
      .references = {{"billing_group_id", "billing_groups"}},
      .used_by = {{"connections", "outbound_voice_profile_id"}},
      .on_read = count_connections,
  });
  declare_connections(registry);
  declare_credentials(registry);
  declare_credential_tokens(registry, services.secrets);
  declare_external_connections(registry);
}

}  // namespace tandem::products::sip
