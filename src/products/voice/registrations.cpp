#include "products/voice/registrations.h"

#include <utility>

#include "contract/operations.h"
#include "products/voice/switchboard.h"

namespace tandem::products::voice {
namespace {

api::Reply status_reply(const std::string& user, const std::optional<Registered>& registered) {
  json::Value status =
      json::Value::object({{"record_type", "registration_status"},
                           {"sip_username", user},
                           {"status", registered ? "Registered" : "Not Registered"}});
  if (registered) {
    status.set("ip_address", registered->ip);
    status.set("port", static_cast<int64_t>(registered->port));
    status.set("transport", registered->transport);
    status.set("user_agent", registered->user_agent);
    status.set("last_registration", to_iso8601(registered->since));
  }
  return api::Reply::data(status);
}

}  // namespace

void declare_registrations(api::Registry& registry, Switchboard& board) {
  registry.bind(contract::Op::CheckRegistrationStatus,
                [&board](const api::Call& call, const store::Snapshot& snapshot) -> api::Outcome {
                  const auto row = api::find_own(snapshot, call.account, "credential_connections",
                                                 call.param("id"));
                  if (!row) return tl::unexpected(row.error());
                  const std::string user(api::document_of(*row)["user_name"].string());
                  api::Effects effects;
                  effects.reply = status_reply(user, board.registered(user));
                  return effects;
                });
}

}  // namespace tandem::products::voice
