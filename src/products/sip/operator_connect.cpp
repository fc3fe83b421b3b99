#include <string>

#include "api/resource_engine.h"
#include "contract/operations.h"
#include "core/assert.h"
#include "products/common/connections.h"
#include "products/common/data_file.h"
#include "products/common/steps.h"
#include "products/sip/external.h"

// The account's tenant at Microsoft Teams: a refresh brings its connection and the places its users
// work at. The sandbox's tenant is a small company with two offices.

namespace tandem::products::sip {
namespace {

using api::ApiError;
using api::Call;
using api::Draft;
using api::Effects;
using api::Outcome;
using contract::Op;
using store::Compare;

constexpr std::string_view kRefreshes = "operator_connect_refreshes";
constexpr std::string_view kRefresh = "sip.refresh_operator_connect";
constexpr std::string_view kService = "operator_connect";
constexpr auto kRefreshTime = std::chrono::seconds(5);
constexpr const char* kEmergency = "_static_emergency_addresses";  // by location

json::Value sandbox_tenant() {
  auto tenant = json::Value::parse(data_file("sip/data/operator_connect_tenant.json"));
  TANDEM_ASSERT(tenant.has_value());  // built into the program
  return std::move(*tenant);
}

/// One refresh of an account at a time.
Outcome start_refresh(const Call& call, const store::Snapshot& snapshot) {
  Effects effects;
  const bool running = snapshot.get(kRefreshes, call.account.id).has_value();
  const char* message = running ? "A refresh is already running." : "The refresh has started.";
  const json::Value answer = json::Value::object({{"success", true}, {"message", message}});
  effects.reply = api::Reply::json(answer.text(), running ? 200 : 202);
  if (running) return effects;
  effects.put(std::string(kRefreshes), call.account.id, call.account.id, json::Value::object(),
              store::kNew, call.now);
  effects.timers.push_back(
      document_timer(kRefresh, call.account.id, call.account.id, call.now + kRefreshTime));
  return effects;
}

void add_office(const api::Registry& registry, const api::Step& step, std::string_view account,
                std::string_view connection_id, json::Value office, Effects& effects) {
  office.set("id", step.ids.uuid());
  office.set(kOfConnection, connection_id);
  for (json::Value& location : office.member("locations").items()) {
    location.set("id", step.ids.uuid());
    if (location["is_default"].boolean()) office.set("default_location_id", location["id"]);
  }
  const api::ResourceEngine* addresses = registry.engine(kCivicAddresses);
  const json::Value made = addresses->make({step.now, step.ids}, office);
  addresses->put_new(account, step.now, made, effects);
}

/// Brings the tenant the first time; later there is nothing new in it.
Effects finish_refresh(const api::Registry& registry, const json::Value& tenant,
                       const api::Step& step, const store::Snapshot& snapshot) {
  Effects effects;
  const auto refresh = step_document(step, snapshot, kRefreshes);
  if (!refresh) return effects;
  const std::string& account = refresh->row.account;
  effects.remove(std::string(kRefreshes), refresh->row.id, refresh->row.revision);
  store::Query known;
  known.collection = kExternalConnections;
  known.account = account;
  known.where = {{"external_sip_connection", Compare::Eq, {std::string(kService)}}};
  if (snapshot.count(known) > 0) return effects;
  const api::ResourceEngine* connections = registry.engine(kExternalConnections);
  const json::Value made = connections->make(
      {step.now, step.ids}, json::Value::object({{"external_sip_connection", kService},
                                                 {"active", true},
                                                 {"credential_active", true},
                                                 {"_tenant_id", step.ids.uuid()}}));
  connections->put_new(account, step.now, made, effects);
  mirror_connection(made, "external_sip_connection", account, step.now, effects);
  for (const json::Value& office : tenant.items()) {
    add_office(registry, step, account, made["id"].string(), office, effects);
  }
  return effects;
}

/// The address that an emergency call from the location names, whoever makes it.
Outcome set_emergency_address(const Call& call, const store::Snapshot& snapshot) {
  const auto connection =
      api::find_own(snapshot, call.account, kExternalConnections, call.param("id"));
  if (!connection) return tl::unexpected(connection.error());
  const std::string_view location = call.param("location_id");
  const auto place = find_place(snapshot, call.account.id, connection->id, location);
  if (!place) return tl::unexpected(ApiError::not_found());
  const std::string address(call.body["static_emergency_address_id"].string());
  if (!api::find_own(snapshot, call.account, "addresses", address)) {
    return api::refuse("10017", "Your account has no address of this id.",
                       "/static_emergency_address_id");
  }
  const auto row = snapshot.get(kCivicAddresses, place->civic_address_id);
  json::Value office = api::document_of(*row);
  json::Value& emergency = office.member(kEmergency);
  if (!emergency.is_object()) emergency = json::Value::object();
  emergency.set(location, address);
  Effects effects;
  effects.put(std::string(kCivicAddresses), row->id, row->account, office, row->revision);
  effects.reply = api::Reply::data(json::Value::object({{"location_id", location},
                                                        {"static_emergency_address_id", address},
                                                        {"accepted_address_suggestions", true}}),
                                   200);
  return effects;
}

}  // namespace

void declare_operator_connect(api::Registry& registry) {
  registry.collection({std::string(kRefreshes), {}});
  registry.bind(Op::OperatorConnectRefresh, start_refresh);
  registry.bind(Op::UpdateLocation, set_emergency_address);
  registry.workflow(std::string(kRefresh),
                    [&registry, tenant = sandbox_tenant()](const api::Step& step,
                                                           const store::Snapshot& snapshot) {
                      return finish_refresh(registry, tenant, step, snapshot);
                    });
  registry.resource({.path = "/external_connections/{id}/civic_addresses",
                     .collection = std::string(kCivicAddresses),
                     .record_type = "civic_address",
                     .parent_field = kOfConnection,
                     .parent_collection = std::string(kExternalConnections),
                     .on_list = check_connection});
}

}  // namespace tandem::products::sip
