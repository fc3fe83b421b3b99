#include <string>

#include "core/e164.h"
#include "products/common/steps.h"
#include "products/emergency/emergency.h"
#include "products/emergency/postal.h"

// Locations of devices that move (RAY BAUM's Act): an address is told to the registry of emergency
// locations, which takes or refuses it some minutes later; endpoints are devices at such a place.

namespace tandem::products::emergency {
namespace {

using api::ApiError;
using api::Draft;
using api::Effects;
using api::refuse;

constexpr std::string_view kAddresses = "dynamic_emergency_addresses";
constexpr std::string_view kEndpoints = "dynamic_emergency_endpoints";
constexpr std::string_view kRegisterAddress = "emergency.register_address";
constexpr std::string_view kRegisterEndpoint = "emergency.register_endpoint";
constexpr auto kRegistrationTime = std::chrono::seconds(30);
/// Length of the references that go into SIP headers.
constexpr size_t kReferenceSize = 12;
constexpr size_t kMaxCallerName = 32;

/// The address in the form that postal.h looks at.
json::Value postal_form(const json::Value& address) {
  const std::string street = std::string(address["house_number"].string()) + " " +
                             std::string(address["street_name"].string());
  return json::Value::object({{"street_address", street},
                              {"locality", address["locality"]},
                              {"administrative_area", address["administrative_area"]},
                              {"postal_code", address["postal_code"]},
                              {"country_code", address["country_code"]}});
}

Result<void, ApiError> make_address(Draft& draft) {
  json::Value& address = draft.document;
  const json::Value postal = postal_form(address);
  ApiError error;
  error.items = address_faults(postal, Scrutiny::Emergency);
  for (contract::ErrorItem& item : error.items) {
    if (item.pointer == "/street_address") item.pointer = "/house_number";
  }
  if (!error.items.empty()) return tl::unexpected(std::move(error));
  const json::Value tidy = tidy_address(postal);
  address.set("administrative_area", tidy["administrative_area"]);
  address.set("postal_code", tidy["postal_code"]);
  address.set("sip_geolocation_id", draft.call.ids.token(kReferenceSize));
  address.set("status", "pending");
  draft.effects.timers.push_back(document_timer(kRegisterAddress, address["id"].string(),
                                                draft.call.account.id,
                                                draft.call.now + kRegistrationTime));
  return {};
}

Result<void, ApiError> make_endpoint(Draft& draft) {
  json::Value& endpoint = draft.document;
  if (!is_e164(endpoint["callback_number"].string())) {
    return refuse("10016", "A callback number is written in +E.164 form.", "/callback_number");
  }
  const size_t name = endpoint["caller_name"].string().size();
  if (name == 0 || name > kMaxCallerName) {
    return refuse("10015", "A caller name has 1 to 32 characters.", "/caller_name");
  }
  const auto address =
      draft.snapshot.get(kAddresses, endpoint["dynamic_emergency_address_id"].string());
  if (address && api::document_of(*address)["status"].string() == "rejected") {
    return refuse("10015", "The registry did not take this address.",
                  "/dynamic_emergency_address_id");
  }
  endpoint.set("sip_from_id", draft.call.ids.token(kReferenceSize));
  endpoint.set("status", "pending");
  draft.effects.timers.push_back(document_timer(kRegisterEndpoint, endpoint["id"].string(),
                                                draft.call.account.id,
                                                draft.call.now + kRegistrationTime));
  return {};
}

/// The registry knows no house with the number 0.
Effects register_address(const api::Step& step, const store::Snapshot& snapshot) {
  Effects effects;
  auto address = step_document(step, snapshot, kAddresses);
  if (!address) return effects;
  const bool known = address->fields["house_number"].string() != "0";
  address->fields.set("status", known ? "activated" : "rejected");
  put_back(kAddresses, *address, step.now, effects);
  return effects;
}

/// A device is where its address is: it shares what became of that, and waits for it.
Effects register_endpoint(const api::Step& step, const store::Snapshot& snapshot) {
  Effects effects;
  auto endpoint = step_document(step, snapshot, kEndpoints);
  if (!endpoint) return effects;
  const auto address =
      snapshot.get(kAddresses, endpoint->fields["dynamic_emergency_address_id"].string());
  const std::string status =
      address ? std::string(api::document_of(*address)["status"].string()) : "rejected";
  if (status == "pending") {
    effects.timers.push_back(document_timer(kRegisterEndpoint, endpoint->row.id,
                                            endpoint->row.account, step.now + kRegistrationTime));
    return effects;
  }
  endpoint->fields.set("status", status);
  put_back(kEndpoints, *endpoint, step.now, effects);
  return effects;
}

}  // namespace

void declare_dynamic(api::Registry& registry) {
  registry.resource({
      .path = "/dynamic_emergency_addresses",
      .record_type = "dynamic_emergency_address",
      .used_by = {{std::string(kEndpoints), "dynamic_emergency_address_id"}},
      .on_create = make_address,
  });
  registry.workflow(std::string(kRegisterAddress), register_address);
  registry.resource({
      .path = "/dynamic_emergency_endpoints",
      .record_type = "dynamic_emergency_endpoint",
      .references = {{"dynamic_emergency_address_id", std::string(kAddresses)}},
      .indexes = {{.path = "dynamic_emergency_address_id"}},
      .on_create = make_endpoint,
  });
  registry.workflow(std::string(kRegisterEndpoint), register_endpoint);
}

}  // namespace tandem::products::emergency
