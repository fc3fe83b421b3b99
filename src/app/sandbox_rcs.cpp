#include "app/sandbox_rcs.h"

#include <string>

#include "api/auth/accounts.h"
#include "app/sandbox_http.h"
#include "products/messaging/rcs.h"

namespace tandem::app {
namespace {

using http::Method;

constexpr int kUnprocessable = 422;
constexpr int kCreated = 201;

void answer(const Exchanges& exchange, api::Decided decided) {
  if (decided.error) return refuse(exchange, kUnprocessable, *decided.error);
  exchange->respond(json_response(kCreated, std::move(decided.reply.body)));
}

api::Outcome give_agent(const api::Registry& registry, std::string account,
                        const std::string& agent_id, const std::string& name, bool launched,
                        const api::Moment& moment, const store::Snapshot& snapshot) {
  const auto accounts = api::auth::list_accounts(snapshot);
  if (account.empty() && !accounts.empty()) account = accounts.front().id;
  if (!api::auth::find_account(snapshot, account)) {
    return tl::unexpected(contract::ApiError::not_found());
  }
  return products::messaging::give_rcs_agent(registry, account, agent_id, name, launched, moment,
                                             snapshot);
}

}  // namespace

void mount_sandbox_rcs(api::Site& site, carrier::sandbox::RcsPhones& phones,
                       const api::Registry& registry, api::Dispatcher& dispatcher) {
  site.mount("/sandbox/rcs_agents", [&registry, &dispatcher](const Exchanges& exchange) {
    with_json(exchange, Method::Post, [&registry, &dispatcher, exchange](json::View body) {
      const std::string id(body["agent_id"].string());
      if (id.empty()) {
        return refuse(exchange, kUnprocessable, {"10004", "An agent has an id.", "/agent_id"});
      }
      const std::string name(body["agent_name"].string(id));
      const std::string account(body["account_id"].string());
      const bool launched = body["launched"].boolean(true);
      dispatcher.decide(
          [&registry, account, id, name, launched](const api::Moment& moment,
                                                   const store::Snapshot& snapshot) {
            return give_agent(registry, account, id, name, launched, moment, snapshot);
          },
          [exchange](api::Decided decided) { answer(exchange, std::move(decided)); });
    });
  });
  site.mount("/sandbox/rcs_messages", [&phones](const Exchanges& exchange) {
    if (!is(exchange, Method::Get)) return;
    std::string number;
    if (const auto query = http::parse_form(exchange->head().query())) {
      for (const auto& [name, value] : *query) {
        if (name == "number") number = value;
      }
    }
    exchange->respond(json_response(200, R"({"data":)" + phones.list(number) + "}"));
  });
}

}  // namespace tandem::app
