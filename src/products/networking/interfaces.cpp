#include "products/networking/interfaces.h"

#include <string>

#include "api/resource_engine.h"
#include "products/common/steps.h"

namespace tandem::products::networking {
namespace {

using api::ApiError;
using api::Draft;
using api::Effects;
using api::refuse;

constexpr std::string_view kInterfaces = "network_interfaces";
constexpr std::string_view kProvision = "networking.provision";
constexpr auto kProvisioningTime = std::chrono::seconds(30);

bool takes(const json::Value& region, std::string_view type) {
  for (const json::Value& one : region["supported_interfaces"].items()) {
    if (one.string() == type) return true;
  }
  return false;
}

/// The interface is up once its region has taken it.
Effects provision(const api::Step& step, const store::Snapshot& snapshot) {
  Effects effects;
  auto listed = step_document(step, snapshot, kInterfaces);
  if (!listed) return effects;  // deleted meanwhile
  const std::string collection = std::string(listed->fields["type"].string()) + "s";
  const auto row = snapshot.get(collection, listed->row.id);
  if (!row) return effects;
  StepDocument interface { *row, api::document_of(*row) };
  interface.fields.set("status", "provisioned");
  listed->fields.set("status", "provisioned");
  put_back(collection, interface, step.now, effects);
  put_back(kInterfaces, *listed, step.now, effects);
  return effects;
}

}  // namespace

Result<void, ApiError> start_interface(Draft& draft, std::string_view type) {
  json::Value& interface = draft.document;
  const auto row = draft.snapshot.get("regions", interface["region_code"].string());
  if (!row) return refuse("10017", "There is no region of this code.", "/region_code");
  const json::Value region = api::document_of(*row);
  if (!takes(region, type)) {
    return refuse("10015", "This region takes no interfaces of this kind.", "/region_code");
  }
  interface.set("region", json::Value::object({{"code", region["code"]},
                                               {"name", region["name"]},
                                               {"record_type", "region"}}));
  interface.set("status", "provisioning");
  json::Value listed = json::Value::object({{"record_type", "network_interface"}, {"type", type}});
  for (const char* name : {"id", "name", "network_id", "region_code", "region", "status",
                           "created_at", "updated_at"}) {
    if (!interface[name].is_null()) listed.set(name, interface[name]);
  }
  const std::string id(interface["id"].string());
  const std::string& account = draft.call.account.id;
  draft.effects.put(std::string(kInterfaces), id, account, listed, store::kNew, draft.call.now);
  draft.effects.timers.push_back(
      document_timer(kProvision, id, account, draft.call.now + kProvisioningTime));
  return {};
}

Result<void, ApiError> change_interface(Draft& draft) {
  const auto row = draft.snapshot.get(kInterfaces, draft.document["id"].string());
  if (!row) return {};
  json::Value listed = api::document_of(*row);
  if (draft.document["name"].is_string()) listed.set("name", draft.document["name"]);
  listed.set("updated_at", to_iso8601(draft.call.now));
  draft.effects.put(std::string(kInterfaces), row->id, row->account, listed, row->revision);
  return {};
}

Result<void, ApiError> drop_interface(Draft& draft) {
  draft.document.set("status", "deleting");
  draft.effects.remove(std::string(kInterfaces), std::string(draft.document["id"].string()));
  return {};
}

void declare_interfaces(api::Registry& registry) {
  registry.workflow(std::string(kProvision), provision);
  registry.resource({.path = "/networks/{id}/network_interfaces",
                     .collection = std::string(kInterfaces),
                     .record_type = "network_interface",
                     .parent_field = "network_id",
                     .parent_collection = "networks"});
}

}  // namespace tandem::products::networking
