#include "products/voice/registrations.h"

#include <algorithm>
#include <utility>

#include "contract/operations.h"
#include "products/voice/phone_registry.h"

namespace tandem::products::voice {
namespace {

json::Value status_of(const std::string& user, const std::optional<store::Row>& row) {
  json::Value status = json::Value::object({{"record_type", "registration_status"},
                                            {"sip_username", user},
                                            {"status", row ? "Registered" : "Not Registered"}});
  if (!row) return status;
  const json::Value document = api::document_of(*row);
  const auto& contacts = document["contacts"].items();
  const json::Value& newest = *std::max_element(
      contacts.begin(), contacts.end(), [](const json::Value& a, const json::Value& b) {
        return a["registered_at"].string() < b["registered_at"].string();
      });
  status.set("ip_address", newest["ip"]);
  status.set("port", newest["port"]);
  status.set("transport", newest["transport"]);
  status.set("user_agent", newest["user_agent"]);
  status.set("last_registration", newest["registered_at"]);
  return status;
}

api::Outcome check(const api::Call& call, const store::Snapshot& snapshot) {
  const auto row =
      api::find_own(snapshot, call.account, "credential_connections", call.param("id"));
  if (!row) return tl::unexpected(row.error());
  const std::string user(api::document_of(*row)["user_name"].string());
  api::Effects effects;
  effects.reply = api::Reply::data(status_of(user, snapshot.get(kRegistrations, user)));
  return effects;
}

}  // namespace

void declare_registrations(api::Registry& registry) {
  registry.collection({std::string(kRegistrations), {}});
  registry.bind(contract::Op::CheckRegistrationStatus, check);
}

}  // namespace tandem::products::voice
