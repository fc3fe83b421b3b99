#include "products/common/connections.h"
#include "products/common/secret_box.h"
#include "products/texml/texml.h"

namespace tandem::products::texml {
namespace {

/// The value is sealed and never answered; instructions name the secret.
Result<void, api::ApiError> seal(api::Draft& draft, const SecretBox& secrets) {
  json::Value& secret = draft.document;
  secret.set("_sealed",
             secrets.seal(secret["value"].string(), draft.call.account.id + "/texml_secret"));
  secret.set("value", "REDACTED");
  return {};
}

}  // namespace

void declare(api::Registry& registry, const Services& services) {
  registry.resource(
      connection_resource("/texml_applications", "texml_application", "friendly_name"));
  registry.resource({.path = "/texml/secrets",
                     .id = api::IdKind::Field,
                     .id_field = "name",
                     .on_create = [&secrets = services.secrets](api::Draft& draft) {
                       return seal(draft, secrets);
                     }});
}

}  // namespace tandem::products::texml
